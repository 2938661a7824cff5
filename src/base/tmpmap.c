/* tmpmap.c: a block in a file without a name. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/tmpmap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"

/* Bytes of disk space allocated at a time: doubling, from ALLOCATE_MIN to ALLOCATE_MAX. */
#define ALLOCATE_MIN ((size_t)1 << 20)
#define ALLOCATE_MAX ((size_t)64 << 20)

static int
no_room(const struct tmpmap *s, size_t size, int why, struct err *e)
{
	return err_set(e,
		       "no room for %zu bytes in %s: %s; set XDG_CACHE_HOME to another directory",
		       size, s->dir, strerror(why));
}

struct tmpmap *
tmpmap_new(struct err *e)
{
	char *dir = io_xdg(IO_CACHE, NULL), *path;
	struct tmpmap *s;

	if (!dir) {
		err_set(e, "no directory for a temporary file: neither XDG_CACHE_HOME nor HOME is "
			   "set to an absolute path");
		return NULL;
	}
	if (io_mkdirs(dir, e) < 0) {
		mem_free(dir);
		return NULL;
	}
	path = io_join(dir, "spillXXXXXX");
	s = mem_new(sizeof *s);
	s->dir = dir;
	s->fd = mkostemp(path, O_CLOEXEC);
	if (s->fd < 0) {
		err_set(e, "%s: %s", dir, strerror(errno));
		tmpmap_free(s);
		s = NULL;
	} else {
		unlink(path);
	}
	mem_free(path);
	return s;
}

/* Allocate disk space for `size` bytes in total. */
static int
allocate_space(struct tmpmap *s, size_t size, struct err *e)
{
	size_t step = s->taken < ALLOCATE_MIN   ? ALLOCATE_MIN
		      : s->taken < ALLOCATE_MAX ? s->taken
						: ALLOCATE_MAX,
	       want = (size + step - 1) / step * step;
	int why;

	if (size <= s->taken)
		return 0;
	do
		why = posix_fallocate(s->fd, (off_t)s->taken, (off_t)(want - s->taken));
	while (why == EINTR);
	if (why)
		return no_room(s, size, why, e);
	s->taken = want;
	return 0;
}

int
tmpmap_write(struct tmpmap *s, const void *bytes, size_t n, struct err *e)
{
	const char *p = bytes;

	if (allocate_space(s, s->size + n, e) < 0)
		return -1;
	while (n > 0) {
		ssize_t done = pwrite(s->fd, p, n, (off_t)s->size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return no_room(s, s->size + n, errno, e);
		p += done;
		n -= (size_t)done;
		s->size += (size_t)done;
	}
	return 0;
}

void
tmpmap_cut(struct tmpmap *s, size_t size)
{
	s->size = size < s->size ? size : s->size;
}

void *
tmpmap_map(struct tmpmap *s, size_t size, struct err *e)
{
	void *map;

	if (allocate_space(s, size, e) < 0)
		return NULL;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (map == MAP_FAILED) {
		no_room(s, size, errno, e);
		return NULL;
	}
	if (s->map)
		munmap(s->map, s->mapped);
	s->map = map;
	s->mapped = size;
	s->size = size > s->size ? size : s->size;
	return map;
}

void
tmpmap_free(struct tmpmap *s)
{
	if (!s)
		return;
	if (s->map)
		munmap(s->map, s->mapped);
	io_close(s->fd);
	mem_free(s->dir);
	mem_free(s);
}
