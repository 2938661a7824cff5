/* Whole files that may be gzip'd, in bounded memory; the door to zlib. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_GZIP_H
#define RETORT_BASE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"

/* The bytes begin like a gzip file (RFC 1952): the name of a file decides nothing. */
bool gzip_is(const char *bytes, size_t size);

/*
 * Inflate a gzip file of one or more members. *out gets the contents and a NUL after them; caller
 * frees with mem_free. Room is taken for what the file's last word says it holds, at most 1032
 * times its size (what deflate can reach), and grows from there: memory stays below three times
 * the contents. Refused: contents of more than `limit` bytes, a file that is cut off or damaged
 * (its checksum is checked), bytes behind the last member. Nothing to free after an error.
 */
int gzip_inflate(const char *bytes, size_t size, size_t limit, char **out, size_t *out_size,
		 struct err *e);

/*
 * Read a whole regular file, inflated when it is gzip'd. `limit` holds for the file and for its
 * contents. *out gets the contents and a NUL after them; caller frees with mem_free. The error
 * names the path; the status is IO_TOO_LARGE (io.h) where the limit is what is wrong.
 */
int gzip_read(const char *path, size_t limit, char **out, size_t *size, struct err *e);

/*
 * The same piece by piece, in 300 KB of memory whatever the file holds. gzip_next fills `room`
 * bytes, less only at the end: then *n is smaller, and 0 the next time. NULL or -1 with an error
 * that names the path. Any thread, one at a time.
 */
struct gzip_file;
struct gzip_file *gzip_open(const char *path, struct err *e);
int gzip_next(struct gzip_file *f, char *buf, size_t room, size_t *n, struct err *e);
void gzip_close(struct gzip_file *f);

#endif
