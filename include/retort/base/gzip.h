/* Whole files, gzip'd or not, in bounded memory; the only user of zlib. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_GZIP_H
#define RETORT_BASE_GZIP_H

#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"

/*
 * Read a regular file, inflated if its first bytes are those of gzip (RFC 1952), whatever its name.
 * `limit` holds for the file and for its contents, in bytes. *out gets the contents and a NUL after
 * them; the caller frees it with mem_free. Memory stays below three times the contents: room is
 * allocated for what the trailer claims, as far as the ratio below allows, and grows from there.
 *
 * Refused: contents beyond 1 MiB and 200 times the size of the file (RETORT_GZIP_RATIO raises it,
 * to at most 1032, which is what deflate can reach), contents of more than `limit` bytes, a file
 * that is cut off or damaged (its checksum is checked), bytes after the last member. Return 0,
 * IO_TOO_LARGE (io.h) if the limit is exceeded, or -1; the error begins with the path, and there is
 * nothing to free.
 */
int gzip_read(const char *path, size_t limit, char **out, size_t *size, struct err *e);

/*
 * The same in pieces, in 300 KB of memory whatever the file holds. gzip_next fills `room` bytes,
 * fewer only at the end: then *n is smaller, and 0 in the next call. NULL or -1 with an error that
 * begins with the path. Any thread, one at a time.
 */
struct gzip_file;
struct gzip_file *gzip_open(const char *path, struct err *e);
int gzip_next(struct gzip_file *f, char *buf, size_t room, size_t *n, struct err *e);
void gzip_close(struct gzip_file *f);

/* Check that contents of another compressed format, whose sizes are known before they are read,
 * stay within the same limits: 1 MiB, or 200 times `packed` (RETORT_GZIP_RATIO). 0, or -1 and an
 * error.
 */
int gzip_check_size(size_t packed, size_t contents, struct err *e);

/* CRC-32 of a block, as in the trailer of a gzip member. Any thread. */
uint32_t gzip_crc(const void *bytes, size_t size);

#endif
