/* gzip.c: files that may be gzip'd, through zlib. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/gzip.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/sig.h"
#include "retort/base/text.h"

/*
 * inflate and not gzread: gzread takes what follows the last member for padding and drops it
 * silently, so that a file with something appended would be read as if it were whole.
 */

#define LEAST 18                /* bytes of a header and a trailer */
#define RATIO 1032              /* contents to file, at most: 258 bytes in a match of 2 bits */
#define STEP ((size_t)1 << 30)  /* zlib counts in unsigned int */
#define USUAL 200               /* contents to file in a file that is no bomb, see allowed_ratio */
#define FREE ((size_t)1 << 20)  /* bytes of contents that are allowed whatever the ratio */
#define PIECE ((size_t)1 << 18) /* bytes of a file that are read at once */
#define GZIP_WINDOW (15 + 16)   /* zlib: the largest window, with a gzip header */

/* A file read in pieces. */
struct gzip_file {
	int fd;
	char *path;
	size_t size, taken; /* bytes of the file: total, and read so far */
	char *in;           /* owned [PIECE]: bytes read and not yet inflated */
	size_t at, have;    /* of them: offset of the next, and their end */
	size_t made;        /* bytes inflated so far */
	size_t ratio;       /* of `made` to `taken`, at most */
	bool packed;        /* the file is gzip'd */
	bool within;        /* inside a member */
	z_stream z;
};

static bool
is_gzip(const char *bytes, size_t size)
{
	return size >= 2 && memcmp(bytes, "\x1F\x8B", 2) == 0;
}

/* Read more bytes after those that are left. 0 also at the end of the file, with none added. */
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

/* Times the size of a file that its contents may have. -1 with an error. */
static int
allowed_ratio(size_t *ratio, struct err *e)
{
	const char *value = getenv("RETORT_GZIP_RATIO");
	int64_t n = USUAL;

	if (value && *value && (text_to_int(value, &n) < 0 || n < 1 || n > RATIO))
		return err_set(e, "invalid RETORT_GZIP_RATIO '%.40s' (expected 1 to %d)", value,
			       RATIO);
	*ratio = (size_t)n;
	return 0;
}

int
gzip_check_size(size_t packed, size_t contents, struct err *e)
{
	size_t ratio = USUAL;

	if (allowed_ratio(&ratio, e) < 0)
		return -1;
	if (contents <= FREE || contents / ratio <= packed)
		return 0;
	return err_set(
		e,
		"%zu bytes hold %zu, more than %zu times as much; RETORT_GZIP_RATIO=%d reads "
		"them all the same",
		packed, contents, ratio, RATIO);
}

/* Refuse contents that are out of all proportion to what was read of the file. */
static int
check_ratio(const struct gzip_file *f, struct err *e)
{
	size_t read = f->taken - (f->have - f->at);

	if (f->made <= FREE || f->made / f->ratio <= read)
		return 0;
	return err_set(e,
		       "%s: gzip: the first %zu bytes hold more than %zu times as much; "
		       "RETORT_GZIP_RATIO=%d reads them all the same",
		       f->path, read, f->ratio, RATIO);
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
	status = refill(f, e) < 0 ? -1 : allowed_ratio(&f->ratio, e);
	f->packed = is_gzip(f->in, f->have);
	if (status == 0 && f->packed && inflateInit2(&f->z, GZIP_WINDOW) != Z_OK)
		status = err_set(e, "%s: gzip: no memory to inflate", path);
	if (status < 0) {
		gzip_close(f);
		return NULL;
	}
	return f;
}

static int
refuse_data(const struct gzip_file *f, const char *why, struct err *e)
{
	return err_set(e, "%s: gzip: corrupt at byte %zu of %zu (%s)", f->path,
		       f->taken - (f->have - f->at), f->size, why ? why : "not a deflate stream");
}

/* Inflate some bytes of the current member, or of the next. */
static int
inflate_some(struct gzip_file *f, char *buf, size_t room, size_t *n, struct err *e)
{
	int status;

	if (!f->within && !is_gzip(f->in + f->at, f->have - f->at))
		return err_set(e, "%s: gzip: %zu bytes after the end of the compressed data",
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
	f->made += *n;
	f->within = status != Z_STREAM_END;
	return status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR
		       ? 0
		       : refuse_data(f, f->z.msg, e);
}

int
gzip_next(struct gzip_file *f, char *buf, size_t room, size_t *n, struct err *e)
{
	for (*n = 0; *n < room;) {
		size_t some;

		if (sig_check(e) < 0)
			return err_wrap(e, "%s", f->path);
		if (f->have - f->at < LEAST && refill(f, e) < 0)
			return -1;
		some = f->have - f->at;
		if (some == 0 && !f->within)
			break;
		if (some == 0)
			return err_set(
				e,
				"%s: gzip: truncated: the %zu bytes end within the compressed data",
				f->path, f->size);
		if (f->packed) {
			if (inflate_some(f, buf + *n, room - *n, &some, e) < 0 ||
			    check_ratio(f, e) < 0)
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

/* Bytes to allocate first: what the trailer claims, the size of the last member modulo 2^32, if it
 * can be true. */
static size_t
first_room(const struct gzip_file *f, size_t limit)
{
	size_t claimed = 0, most = f->size > limit / f->ratio ? limit : f->size * f->ratio + FREE;
	unsigned char trailer[4];

	if (f->size < LEAST || pread(f->fd, trailer, 4, (off_t)f->size - 4) != 4)
		return 64;
	for (size_t i = 4; i-- > 0;)
		claimed = claimed << 8 | trailer[i];
	return claimed < 64 ? 64 : claimed < most ? claimed : most;
}

/* Double the room; not beyond `limit` and one byte, which shows that the contents exceed it. */
static char *
grow_contents(char *contents, size_t used, size_t *cap, size_t limit, struct err *e)
{
	size_t more = *cap > limit / 2 ? limit + 1 : 2 * *cap;
	char *bigger = mem_try(more + 1, 1);

	if (bigger)
		memcpy(bigger, contents, used);
	else
		err_set(e, "gzip: no memory for %zu bytes", more);
	mem_free(contents);
	*cap = more;
	return bigger;
}

/* All contents of a gzip'd file. */
static int
read_contents(struct gzip_file *f, size_t limit, char **out, size_t *size, struct err *e)
{
	size_t cap = first_room(f, limit) + 1, used = 0, n;
	char *contents = mem_try(cap + 1, 1);
	int status = 0;

	if (!contents)
		return err_set(e, "%s: gzip: no memory for %zu bytes", f->path, cap);
	for (;;) {
		status = gzip_next(f, contents + used, cap - used, &n, e);
		used += status < 0 ? 0 : n;
		if (status < 0 || used < cap || used > limit)
			break;
		contents = grow_contents(contents, used, &cap, limit, e);
		if (!contents)
			return err_wrap(e, "%s", f->path);
	}
	if (status == 0 && used > limit) {
		err_set(e, "%s: gzip: too large (expected at most %zu bytes uncompressed)", f->path,
			limit);
		status = IO_TOO_LARGE;
	}
	if (status < 0) {
		mem_free(contents);
		return status;
	}
	contents[used] = '\0';
	*out = contents;
	*size = used;
	return 0;
}

int
gzip_read(const char *path, size_t limit, char **out, size_t *size, struct err *e)
{
	struct gzip_file *f = gzip_open(path, e);
	int status;

	if (!f)
		return -1;
	if (f->packed && f->size <= limit)
		status = read_contents(f, limit, out, size, e);
	else
		status = io_read(path, limit, out, size, e);
	gzip_close(f);
	return status;
}

uint32_t
gzip_crc(const void *bytes, size_t size)
{
	return (uint32_t)crc32_z(0, bytes, size);
}
