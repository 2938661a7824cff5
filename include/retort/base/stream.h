/* A file in blocks: a thread reads, inflates and hashes ahead of the caller. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_STREAM_H
#define RETORT_BASE_STREAM_H

#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"

#define STREAM_BLOCK ((size_t)1 << 20) /* bytes of a block; the last one is shorter */

struct stream;

/* Open a regular file, gzip'd or not, of any size. NULL with an error that begins with the path.
 * Memory: 8 blocks. */
struct stream *stream_open(const char *path, struct err *e);

/* Return 1 and the next block, valid until the next call; 0 at the end; or -1 with an error that
 * begins with the path. */
int stream_next(struct stream *s, const char **bytes, size_t *size, struct err *e);

/* SHA-256 of all blocks. Call after stream_next has returned 0. */
struct hash stream_hash(const struct stream *s);

/* May be called at any block. */
void stream_close(struct stream *s);

#endif
