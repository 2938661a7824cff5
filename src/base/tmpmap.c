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

#define LEAST ((size_t)1 << 20) /* bytes of the disk that are taken at once, ... */
#define MOST ((size_t)64 << 20)

static int
failed(const struct tmpmap *s, size_t size, int why, struct err *e)
{
	return err_set(
		e, "no room for %zu bytes in a file in %s: %s; XDG_CACHE_HOME names another place",
		size, s->dir, strerror(why));
}

struct tmpmap *
tmpmap_new(struct err *e)
{
	char *dir = io_xdg("XDG_CACHE_HOME", ".cache"), *path;
	struct tmpmap *s;

	if (!dir) {
		err_set(e, "neither XDG_CACHE_HOME nor HOME says where what is too large for "
			   "memory is to lie");
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

/* Room for `size` bytes in all. */
static int
take(struct tmpmap *s, size_t size, struct err *e)
{
	size_t step = s->taken < LEAST  ? LEAST
		      : s->taken < MOST ? s->taken
					: MOST,
	       want = (size + step - 1) / step * step;
	int why;

	if (size <= s->taken)
		return 0;
	do
		why = posix_fallocate(s->fd, (off_t)s->taken, (off_t)(want - s->taken));
	while (why == EINTR);
	if (why)
		return failed(s, size, why, e);
	s->taken = want;
	return 0;
}

int
tmpmap_write(struct tmpmap *s, const void *bytes, size_t n, struct err *e)
{
	const char *p = bytes;

	if (take(s, s->size + n, e) < 0)
		return -1;
	while (n > 0) {
		ssize_t done = pwrite(s->fd, p, n, (off_t)s->size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return failed(s, s->size + n, errno, e);
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

	if (take(s, size, e) < 0)
		return NULL;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (map == MAP_FAILED) {
		failed(s, size, errno, e);
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
