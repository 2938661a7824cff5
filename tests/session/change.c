/* change.c: for LD_PRELOAD: the first read of $CHANGE_FILE that succeeds appends a line to the
 * file, or with $CHANGE_AT writes a byte there. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool changed;

static void
change(const char *file)
{
	const char *at = getenv("CHANGE_AT");
	int fd = open(file, at ? O_WRONLY : O_WRONLY | O_APPEND);

	if (fd < 0 || (at ? pwrite(fd, "7", 1, strtol(at, NULL, 10)) : write(fd, "1,a\n", 4)) < 1)
		abort(); /* the test would pass for another reason */
	close(fd);
	changed = true;
}

ssize_t
read(int fd, void *buf, size_t n)
{
	ssize_t (*next)(int, void *, size_t) =
		(ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	const char *file = getenv("CHANGE_FILE");
	ssize_t got = next(fd, buf, n);
	struct stat a, b;

	if (file && !changed && got > 0 && stat(file, &a) == 0 && fstat(fd, &b) == 0 &&
	    a.st_ino == b.st_ino && a.st_dev == b.st_dev)
		change(file);
	return got;
}
