/* replace.c: put a new file in the place of a regular one, and of nothing else. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"

static void
sync_directory(const char *path)
{
	char *dir = io_dirname(path);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd); /* ignore failure: the data are on disk, and some file systems refuse
			      this */
		close(fd);
	}
	mem_free(dir);
}

/* Path of the file that `path` is to become: links are followed, so that a link stays one. `mode`
 * is set to the permissions of a file that is there, else to -1. NULL with an error for anything
 * that is not a regular file, which a rename would destroy. Owned by the caller. */
static char *
resolve_target(const char *path, int *mode, struct err *e)
{
	struct stat st;
	char *real, *copy;

	*mode = -1;
	if (lstat(path, &st) < 0)
		return mem_text(path); /* creating it reports what is wrong with the path */
	real = S_ISLNK(st.st_mode) ? realpath(path, NULL) : NULL;
	if (S_ISLNK(st.st_mode) && (!real || stat(real, &st) < 0)) {
		err_set(e, "%s: a symbolic link: %s", path, strerror(errno));
		free(real);
		return NULL;
	}
	copy = mem_text(real ? real : path);
	free(real);
	if (S_ISREG(st.st_mode)) {
		*mode = (int)(st.st_mode & 0777);
		return copy;
	}
	err_set(e, "%s: %s is not replaced (expected a regular file, or a new name)", path,
		S_ISDIR(st.st_mode) ? "a directory" : "a device, a pipe or a socket");
	mem_free(copy);
	return NULL;
}

/* Create a file beside `path` under a name that is not in use, which is stored in `name`. */
static int
create_beside(const char *path, mode_t mode, char *name, size_t size)
{
	static _Atomic unsigned next;
	int fd;

	do {
		snprintf(name, size, "%s.tmp%ld-%u", path, (long)getpid(), next++);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	} while (fd < 0 && errno == EEXIST);
	return fd;
}

/* Write the blocks to a new file `tmp` and make it `path`. */
static int
fill_and_rename(int fd, const char *tmp, const char *path, const struct replace_blocks *b,
		struct err *e)
{
	int status = 0;

	for (size_t i = 0; i < b->n && status == 0; i++)
		if ((status = io_append(fd, b->part[i], b->size[i], false, e)) < 0)
			err_wrap(e, "%s", path);
	if (status == 0 && ((b->mode >= 0 && fchmod(fd, (mode_t)b->mode) < 0) || fsync(fd) < 0))
		status = err_set(e, "%s: %s", path, strerror(errno));
	if (close(fd) < 0 && status == 0)
		status = err_set(e, "%s: %s", path, strerror(errno));
	if (status == 0 && rename(tmp, path) < 0)
		status = err_set(e, "%s: %s", path, strerror(errno));
	return status;
}

int
replace_file(const char *name, mode_t mode, struct replace_blocks *b, struct err *e)
{
	int kept, fd, status;
	char *path = resolve_target(name, &kept, e), *tmp;
	size_t len;

	if (!path)
		return -1;
	len = strlen(path) + 64;
	tmp = mem_new(len);
	if (kept >= 0 && b->mode < 0)
		b->mode = kept;
	fd = create_beside(path, mode, tmp, len);
	status = fd < 0 ? err_set(e, "%s: %s", path, strerror(errno))
			: fill_and_rename(fd, tmp, path, b, e);
	if (status == 0)
		sync_directory(path);
	else if (fd >= 0)
		unlink(tmp);
	mem_free(tmp);
	mem_free(path);
	return status;
}

int
replace_by(const char *from, const char *to, struct err *e)
{
	int mode, status;
	char *path = resolve_target(to, &mode, e);

	if (!path)
		return -1;
	status = rename(from, path) < 0 ? err_set(e, "%s: %s", to, strerror(errno)) : 0;
	if (status == 0)
		sync_directory(path);
	mem_free(path);
	return status;
}
