/* gzip.c: the door to zlib. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/gzip.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"

#define LEAST 18               /* bytes of a header and a trailer */
#define RATIO 1032             /* contents to file, at most: 258 bytes in a match of 2 bits */
#define STEP ((size_t)1 << 30) /* zlib counts in unsigned int */
#define GZIP_WINDOW (15 + 16)  /* zlib: the largest window, and a gzip header around it */

struct inflating {
	z_stream z;
	const char *in;
	size_t in_size, in_used;
	char *out;
	size_t cap, used, limit;
};

bool
gzip_is(const char *bytes, size_t size)
{
	return size >= 2 && memcmp(bytes, "\x1F\x8B", 2) == 0;
}

/* What the trailer says, where it can be true: the size of the last member, modulo 2^32. */
static size_t
first_room(const char *bytes, size_t size, size_t limit)
{
	size_t says = 0, most = size > limit / RATIO ? limit : size * RATIO;

	for (size_t i = 1; size >= LEAST && i <= 4; i++)
		says = says << 8 | (unsigned char)bytes[size - i];
	return says < 64 ? 64 : says < most ? says : most;
}

/* Twice the room; one byte more than the limit, so that contents that reach it are told from longer ones. */
static int
grow(struct inflating *f, struct err *e)
{
	size_t cap = f->cap > f->limit / 2 ? f->limit + 1 : 2 * f->cap;
	char *bigger;

	if (f->used > f->limit)
		return err_set(e, "gzip: holds more than %zu bytes, the most that is accepted", f->limit);
	bigger = mem_try(cap + 1, 1);
	if (!bigger)
		return err_set(e, "gzip: no memory for %zu bytes", cap);
	memcpy(bigger, f->out, f->used);
	mem_free(f->out);
	f->out = bigger;
	f->cap = cap;
	return 0;
}

static int
bad_stream(const struct inflating *f, int status, struct err *e)
{
	if (status == Z_MEM_ERROR)
		return err_set(e, "gzip: no memory to inflate");
	return err_set(e, "gzip: damaged at byte %zu of %zu (%s)", f->in_used, f->in_size,
		       f->z.msg ? f->z.msg : "no deflate stream");
}

/* One member, from in_used on. */
static int
member(struct inflating *f, struct err *e)
{
	for (;;) {
		size_t in = f->in_size - f->in_used, out = f->cap - f->used;
		int status;

		f->z.next_in = (z_const Bytef *)f->in + f->in_used;
		f->z.avail_in = (uInt)(in < STEP ? in : STEP);
		f->z.next_out = (Bytef *)f->out + f->used;
		f->z.avail_out = (uInt)(out < STEP ? out : STEP);
		status = inflate(&f->z, Z_NO_FLUSH);
		f->in_used = (size_t)((const char *)f->z.next_in - f->in);
		f->used = (size_t)((char *)f->z.next_out - f->out);
		if (f->used > f->limit)
			return grow(f, e);
		if (status == Z_STREAM_END)
			return 0;
		if (status != Z_OK && status != Z_BUF_ERROR)
			return bad_stream(f, status, e);
		if (f->used == f->cap && grow(f, e) < 0)
			return -1;
		if (f->used < f->cap && f->in_used == f->in_size && f->z.avail_out > 0)
			return err_set(e, "gzip: cut off: the %zu bytes end within the compressed data", f->in_size);
	}
}

static int
members(struct inflating *f, struct err *e)
{
	while (f->in_used < f->in_size) {
		if (!gzip_is(f->in + f->in_used, f->in_size - f->in_used))
			return err_set(e, "gzip: %zu bytes behind the end of the compressed data",
				       f->in_size - f->in_used);
		if (inflateReset(&f->z) != Z_OK)
			return bad_stream(f, Z_MEM_ERROR, e);
		if (member(f, e) < 0)
			return -1;
	}
	return 0;
}

int
gzip_inflate(const char *bytes, size_t size, size_t limit, char **out, size_t *out_size, struct err *e)
{
	struct inflating f = { .in = bytes, .in_size = size, .limit = limit, .cap = first_room(bytes, size, limit) };
	int status;

	if (!gzip_is(bytes, size))
		return err_set(e, "gzip: does not begin like a gzip file");
	f.out = mem_try(f.cap + 1, 1);
	if (!f.out || inflateInit2(&f.z, GZIP_WINDOW) != Z_OK) {
		mem_free(f.out);
		return err_set(e, "gzip: no memory for %zu bytes", f.cap);
	}
	status = members(&f, e);
	inflateEnd(&f.z);
	if (status < 0) {
		mem_free(f.out);
		return -1;
	}
	f.out[f.used] = '\0';
	*out = f.out;
	*out_size = f.used;
	return 0;
}

int
gzip_read(const char *path, size_t limit, char **out, size_t *size, struct err *e)
{
	char *bytes, *contents;
	size_t n, n_contents;
	int status;

	if (io_read(path, limit, &bytes, &n, e) < 0)
		return -1;
	if (!gzip_is(bytes, n)) {
		*out = bytes;
		*size = n;
		return 0;
	}
	status = gzip_inflate(bytes, n, limit, &contents, &n_contents, e);
	mem_free(bytes);
	if (status < 0)
		return err_wrap(e, "%s", path);
	*out = contents;
	*size = n_contents;
	return 0;
}
