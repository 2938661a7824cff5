/* A file in blocks: a thread reads, inflates and hashes the next ones while one is looked at. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_STREAM_H
#define RETORT_BASE_STREAM_H

#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"

#define STREAM_BLOCK ((size_t)1 << 20) /* bytes of a block; the last one has less */

struct stream;

/* A regular file, gzip'd or not, whatever its size. NULL with an error that names the path. Memory:
 * 8 blocks. */
struct stream *stream_open(const char *path, struct err *e);

/* 1 and the next block, the caller's until the next call; 0 at the end; -1 and an error that names
 * the path. */
int stream_next(struct stream *s, const char **bytes, size_t *size, struct err *e);

/* SHA-256 of all blocks: once stream_next has returned 0. */
struct hash stream_hash(const struct stream *s);

/* At any time, also in the middle. */
void stream_close(struct stream *s);

#endif
