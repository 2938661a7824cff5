/* eio.c: for LD_PRELOAD: reads of $EIO_FILE fail with EIO from byte $EIO_AT on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t
read(int fd, void *buf, size_t n)
{
	ssize_t (*next)(int, void *, size_t) =
		(ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	const char *file = getenv("EIO_FILE"), *at = getenv("EIO_AT");
	off_t here = lseek(fd, 0, SEEK_CUR), until = at ? strtol(at, NULL, 10) : 0;
	struct stat a, b;

	if (!file || here < 0 || stat(file, &a) < 0 || fstat(fd, &b) < 0 || a.st_ino != b.st_ino ||
	    a.st_dev != b.st_dev)
		return next(fd, buf, n);
	if (here >= until) {
		errno = EIO;
		return -1;
	}
	return next(fd, buf, (off_t)n < until - here ? n : (size_t)(until - here));
}
