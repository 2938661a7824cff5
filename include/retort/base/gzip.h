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
int gzip_inflate(const char *bytes, size_t size, size_t limit, char **out, size_t *out_size, struct err *e);

/*
 * Read a whole regular file, inflated when it is gzip'd. `limit` holds for the file and for its
 * contents. *out gets the contents and a NUL after them; caller frees with mem_free. The error
 * names the path.
 */
int gzip_read(const char *path, size_t limit, char **out, size_t *size, struct err *e);

#endif
