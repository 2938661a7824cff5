/* spool.c: pipes in temporary files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/tmpmap.h"

#define PIECE ((size_t)1 << 16) /* bytes that are copied at once */

/* A pipe that has been read. Entries are never removed, so that any thread may search them. */
struct spool {
	dev_t device;
	ino_t inode;
	struct tmpmap *map; /* owned */
	struct spool *next;
};

static _Atomic(struct spool *) first;

static struct tmpmap *
copy_bytes(int fd, const char *path, struct err *e)
{
	struct tmpmap *map = tmpmap_new(e);
	char *piece = mem_new(PIECE);
	ssize_t n = 0;
	bool ok = map != NULL;

	while (ok && (n = io_read_some(fd, piece, PIECE)) > 0)
		ok = tmpmap_write(map, piece, (size_t)n, e) == 0;
	/* tmpmap allocates more than it holds, which a reader of the file would take for bytes */
	if (ok && (n < 0 || ftruncate(map->fd, (off_t)map->size) < 0)) {
		err_set(e, "%s", strerror(errno));
		ok = false;
	}
	mem_free(piece);
	if (ok && n == 0)
		return map;
	tmpmap_free(map);
	err_wrap(e, "%s", path);
	return NULL;
}

static struct spool *
find_spool(const struct stat *st)
{
	struct spool *s = first;

	while (s && (s->device != st->st_dev || s->inode != st->st_ino))
		s = s->next;
	return s;
}

/* Read the pipe, which waits for its writer, and remember it. */
static struct spool *
read_pipe(const char *path, const struct stat *st, struct err *e)
{
	struct spool *s = find_spool(st);
	struct tmpmap *map = NULL;
	int fd;

	if (s)
		return s;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err_set(e, "%s: %s", path, strerror(errno));
	else
		map = copy_bytes(fd, path, e);
	io_close(fd);
	if (!map)
		return NULL;
	s = mem_new(sizeof *s);
	*s = (struct spool){ st->st_dev, st->st_ino, map, first };
	while (!atomic_compare_exchange_weak(&first, &s->next, s))
		continue;
	return s;
}

int
spool_open(const char *path, size_t *size, struct err *e)
{
	char copy[40];
	struct spool *s;
	struct stat st;
	int fd;

	if (stat(path, &st) < 0)
		return err_set(e, "%s: %s", path, strerror(errno));
	s = read_pipe(path, &st, e);
	if (!s)
		return -1;
	snprintf(copy, sizeof copy, "/proc/self/fd/%d", s->map->fd);
	fd = open(copy, O_RDONLY | O_CLOEXEC); /* with an offset of its own */
	if (fd < 0)
		return err_set(e, "%s: its copy in %s: %s", path, s->map->dir, strerror(errno));
	*size = s->map->size;
	return fd;
}
