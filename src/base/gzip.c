/* gzip.c: the door to zlib. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/gzip.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"

#define LEAST 18                /* bytes of a header and a trailer */
#define RATIO 1032              /* contents to file, at most: 258 bytes in a match of 2 bits */
#define STEP ((size_t)1 << 30)  /* zlib counts in unsigned int */
#define PIECE ((size_t)1 << 18) /* bytes of a file that are read at once */
#define GZIP_WINDOW (15 + 16)   /* zlib: the largest window, and a gzip header around it */

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

/* Twice the room; one byte more than the limit, so that contents that reach it are told from longer
 * ones. */
static int
grow(struct inflating *f, struct err *e)
{
	size_t cap = f->cap > f->limit / 2 ? f->limit + 1 : 2 * f->cap;
	char *bigger;

	if (f->used > f->limit) {
		err_set(e, "gzip: holds more than %zu bytes, the most that is accepted", f->limit);
		return IO_TOO_LARGE;
	}
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
		if (f->used == f->cap && (status = grow(f, e)) < 0)
			return status;
		if (f->used < f->cap && f->in_used == f->in_size && f->z.avail_out > 0)
			return err_set(
				e, "gzip: cut off: the %zu bytes end within the compressed data",
				f->in_size);
	}
}

static int
members(struct inflating *f, struct err *e)
{
	int status;

	while (f->in_used < f->in_size) {
		if (!gzip_is(f->in + f->in_used, f->in_size - f->in_used))
			return err_set(e, "gzip: %zu bytes behind the end of the compressed data",
				       f->in_size - f->in_used);
		if (inflateReset(&f->z) != Z_OK)
			return bad_stream(f, Z_MEM_ERROR, e);
		status = member(f, e);
		if (status < 0)
			return status;
	}
	return 0;
}

int
gzip_inflate(const char *bytes, size_t size, size_t limit, char **out, size_t *out_size,
	     struct err *e)
{
	struct inflating f = {
		.in = bytes, .in_size = size, .limit = limit, .cap = first_room(bytes, size, limit)
	};
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
		return status;
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

	status = io_read(path, limit, &bytes, &n, e);
	if (status < 0)
		return status;
	if (!gzip_is(bytes, n)) {
		*out = bytes;
		*size = n;
		return 0;
	}
	status = gzip_inflate(bytes, n, limit, &contents, &n_contents, e);
	mem_free(bytes);
	if (status < 0) {
		err_wrap(e, "%s", path);
		return status;
	}
	*out = contents;
	*size = n_contents;
	return 0;
}

/* A file that is read piece by piece. */
struct gzip_file {
	int fd;
	char *path;
	size_t size, taken;  /* bytes of the file: in all, and read so far */
	char *in;            /* [PIECE] read and not inflated */
	size_t at, have;     /* of them: the next, and how many there are */
	bool packed, within; /* gzip'd; inside of a member */
	z_stream z;
};

/* More bytes behind those that are there and not used. 0 also at the end of the file, where none
 * come. */
static int
refill(struct gzip_file *f, struct err *e)
{
	ssize_t n;

	memmove(f->in, f->in + f->at, f->have - f->at);
	f->have -= f->at;
	f->at = 0;
	n = io_read_some(f->fd, f->in + f->have, PIECE - f->have);
	if (n < 0)
		return err_set(e, "%s: %s at byte %zu of %zu", f->path, strerror(errno), f->taken,
			       f->size);
	if (n == 0 && f->taken < f->size)
		return err_set(e, "%s: the file ends at byte %zu of %zu", f->path, f->taken,
			       f->size);
	f->taken += (size_t)n;
	f->have += (size_t)n;
	return 0;
}

struct gzip_file *
gzip_open(const char *path, struct err *e)
{
	struct gzip_file *f;
	size_t size = 0;
	int fd = io_open_read(path, &size, e), status;

	if (fd < 0)
		return NULL;
	f = mem_new(sizeof *f);
	*f = (struct gzip_file){
		.fd = fd, .size = size, .path = mem_text(path), .in = mem_new(PIECE)
	};
	status = refill(f, e);
	f->packed = gzip_is(f->in, f->have);
	if (status == 0 && f->packed && inflateInit2(&f->z, GZIP_WINDOW) != Z_OK)
		status = err_set(e, "%s: gzip: no memory to inflate", path);
	if (status < 0) {
		gzip_close(f);
		return NULL;
	}
	return f;
}

static int
bad_file(const struct gzip_file *f, const char *why, struct err *e)
{
	return err_set(e, "%s: gzip: damaged at byte %zu of %zu (%s)", f->path,
		       f->taken - (f->have - f->at), f->size, why ? why : "no deflate stream");
}

/* Some bytes of a member, or the beginning of the next. */
static int
inflate_some(struct gzip_file *f, char *buf, size_t room, size_t *n, struct err *e)
{
	int status;

	if (!f->within && !gzip_is(f->in + f->at, f->have - f->at))
		return err_set(e, "%s: gzip: %zu bytes behind the end of the compressed data",
			       f->path, f->size - f->taken + f->have - f->at);
	if (!f->within && inflateReset(&f->z) != Z_OK)
		return err_set(e, "%s: gzip: no memory to inflate", f->path);
	f->within = true;
	f->z.next_in = (z_const Bytef *)f->in + f->at;
	f->z.avail_in = (uInt)(f->have - f->at);
	f->z.next_out = (Bytef *)buf;
	f->z.avail_out = (uInt)(room < STEP ? room : STEP);
	status = inflate(&f->z, Z_NO_FLUSH);
	f->at = f->have - f->z.avail_in;
	*n = (size_t)((char *)f->z.next_out - buf);
	f->within = status != Z_STREAM_END;
	return status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR
		       ? 0
		       : bad_file(f, f->z.msg, e);
}

int
gzip_next(struct gzip_file *f, char *buf, size_t room, size_t *n, struct err *e)
{
	for (*n = 0; *n < room;) {
		size_t some;

		if (f->have - f->at < LEAST && refill(f, e) < 0)
			return -1;
		some = f->have - f->at;
		if (some == 0 && !f->within)
			break;
		if (some == 0)
			return err_set(
				e,
				"%s: gzip: cut off: the %zu bytes end within the compressed data",
				f->path, f->size);
		if (f->packed) {
			if (inflate_some(f, buf + *n, room - *n, &some, e) < 0)
				return -1;
		} else {
			some = some < room - *n ? some : room - *n;
			memcpy(buf + *n, f->in + f->at, some);
			f->at += some;
		}
		*n += some;
	}
	return 0;
}

void
gzip_close(struct gzip_file *f)
{
	if (f->packed)
		inflateEnd(&f->z);
	io_close(f->fd);
	mem_free(f->path);
	mem_free(f->in);
	mem_free(f);
}
