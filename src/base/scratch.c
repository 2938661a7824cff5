/* scratch.c: a folder of temporary files, locked while its process lives. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"

#define OWNER_ONLY 0600
#define PIECE ((size_t)1 << 20) /* bytes written between two looks at *cancelled */
#define TRIES 16                /* another process may remove a folder before it is locked */

struct scratch {
	char *dir; /* owned */
	int fd;    /* of the folder, which it locks */
};

/* Lock a folder. A lock that the file system does not have is not one. */
static bool
lock_folder(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/* Remove the files of a folder, and the folder. */
static void
remove_folder(const char *path)
{
	DIR *dir = opendir(path);

	for (struct dirent *d; dir && (d = readdir(dir));) {
		char *file = io_join(path, d->d_name);

		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			unlink(file);
		mem_free(file);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

/* Remove a folder that no process has locked. */
static void
clean_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (lock_folder(fd))
		remove_folder(path);
	close(fd);
}

void
scratch_clean(const char *kind)
{
	char *all = io_xdg(IO_CACHE, kind);
	DIR *dir = all ? opendir(all) : NULL;

	for (struct dirent *d; dir && (d = readdir(dir));) {
		char *path = io_join(all, d->d_name);

		if (d->d_name[0] >= '0' && d->d_name[0] <= '9')
			clean_folder(path);
		mem_free(path);
	}
	if (dir)
		closedir(dir);
	mem_free(all);
}

/* Create a folder and lock it before scratch_clean of another process does; false: that was first.
 * A folder on a file system without locks is not cleaned by others either. */
static bool
create_folder(struct scratch *s, const char *all, int *why)
{
	struct text path = { 0 };
	struct stat st;

	text_addf(&path, "%s/%ld-XXXXXX", all, (long)getpid());
	mem_free(s->dir);
	s->dir = mem_text(path.s);
	text_release(&path);
	s->fd = mkdtemp(s->dir) ? open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	*why = s->fd < 0 ? errno : 0;
	if (s->fd < 0)
		return *why != ENOENT;
	if ((lock_folder(s->fd) || errno != EWOULDBLOCK) && fstat(s->fd, &st) == 0 &&
	    st.st_nlink > 0)
		return true;
	io_close(s->fd);
	s->fd = -1;
	return false;
}

struct scratch *
scratch_new(const char *kind, struct err *e)
{
	char *all = io_xdg(IO_CACHE, kind);
	struct scratch *s;
	int why = 0;

	if (!all) {
		err_set(e, "no directory for temporary files: neither XDG_CACHE_HOME nor HOME is "
			   "set to an absolute path");
		return NULL;
	}
	if (io_mkdirs(all, e) < 0) {
		mem_free(all);
		return NULL;
	}
	s = mem_new(sizeof *s);
	s->fd = -1;
	for (int i = 0; i < TRIES && !create_folder(s, all, &why); i++)
		;
	if (s->fd < 0) {
		err_set(e, "%s: %s", all, why ? strerror(why) : "its folders are removed at once");
		scratch_free(s);
		s = NULL;
	}
	mem_free(all);
	return s;
}

void
scratch_free(struct scratch *s)
{
	if (!s)
		return;
	if (s->fd >= 0) {
		remove_folder(s->dir);
		io_close(s->fd);
	}
	mem_free(s->dir);
	mem_free(s);
}

char *
scratch_path(const struct scratch *s, const char *name)
{
	return io_join(s->dir, name);
}

/* Append a block in pieces. */
static int
write_block(int fd, const char *p, size_t n, const atomic_bool *cancelled, struct err *e)
{
	while (n > 0) {
		size_t piece = n < PIECE ? n : PIECE;

		if (cancelled && atomic_load_explicit(cancelled, memory_order_relaxed))
			return err_set(e, "cancelled");
		if (io_append(fd, p, piece, false, e) < 0)
			return -1;
		p += piece;
		n -= piece;
	}
	return 0;
}

int
scratch_write(const char *path, const void *const *part, const size_t *size, size_t parts,
	      const atomic_bool *cancelled, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, OWNER_ONLY),
	    status = 0;

	if (fd < 0)
		return err_set(e, "%s: %s", path, strerror(errno));
	for (size_t i = 0; status == 0 && i < parts; i++)
		status = write_block(fd, part[i], size[i], cancelled, e);
	if (close(fd) < 0 && status == 0) /* some file systems report a full disk here */
		status = err_set(e, "close: %s", strerror(errno));
	if (status == 0)
		return 0;
	unlink(path);
	return err_wrap(e, "%s", path);
}

void
scratch_remove(const char *path)
{
	unlink(path);
}
