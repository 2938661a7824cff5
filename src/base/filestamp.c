/* filestamp.c: whether a file changes while it is read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/filestamp.h"

#include <sys/stat.h>

struct filestamp
filestamp_take(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return (struct filestamp){ .regular = false };
	return (struct filestamp){ .regular = S_ISREG(st.st_mode),
				   .device = (uint64_t)st.st_dev,
				   .inode = (uint64_t)st.st_ino,
				   .size = (uint64_t)st.st_size,
				   .seconds = (int64_t)st.st_mtim.tv_sec,
				   .nanoseconds = (int64_t)st.st_mtim.tv_nsec };
}

int
filestamp_check(const struct filestamp *before, const char *path, struct err *e)
{
	struct filestamp now = filestamp_take(path);

	if (!before->regular ||
	    (now.regular && now.device == before->device && now.inode == before->inode &&
	     now.size == before->size && now.seconds == before->seconds &&
	     now.nanoseconds == before->nanoseconds))
		return 0;
	return err_set(e,
		       "%s: changed while it was read (%llu bytes before, %llu now); read it again "
		       "when it is complete",
		       path, (unsigned long long)before->size, (unsigned long long)now.size);
}
