/* Cache of teacher outputs: rows of numbers, filled in chunks, in memory or in a file that later
 * sessions read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOGIT_CACHE_H
#define RETORT_KD_LOGIT_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/base/real.h"

struct logit_cache_shape {
	size_t rows;  /* of the data set */
	size_t chunk; /* rows filled together; the last chunk may have fewer */
	size_t width; /* numbers in a row */
	size_t top; /* a row holds the largest logits as packed by top_logits.h; 0: plain numbers */
	size_t classes; /* with `top` */
};

struct logit_cache {
	struct logit_cache_shape shape;
	real *out;       /* [rows, width]; NULL: not open */
	uint8_t *filled; /* [chunks] not 0: the rows of the chunk are filled */
	uint32_t
		*sum; /* [chunks] CRC-32 of its rows; NULL: memory, or a file of an older version */
	uint8_t *read; /* [chunks] owned, 1: checked or filled in this session; NULL: memory */
	void *block;   /* owned: all arrays but `read` */
	size_t mapped; /* bytes of the file that the block is mapped from; 0: memory */
	int fd;        /* of that file */
};

/* Bytes of a cache in memory. A file has four more for each chunk. */
size_t logit_cache_size(const struct logit_cache_shape *s);

/* Number of chunks. */
size_t logit_cache_chunks(const struct logit_cache_shape *s);

/*
 * Open a cache, in memory if `path` is NULL. An existing file is used if its key, shape and number
 * type are the same, else cleared. Files of older versions, without checksums, are used and stay as
 * they are. 0, or -1 and an error; the cache is then closed.
 */
int logit_cache_open(struct logit_cache *k, const struct logit_cache_shape *s, const char *path,
		     const struct hash *key, struct err *e);
void logit_cache_close(struct logit_cache *k);

/* Rows in a chunk. */
size_t logit_cache_rows(const struct logit_cache *k, size_t chunk);

/* The numbers of a row, [width]. */
real *logit_cache_at(const struct logit_cache *k, size_t row);

/*
 * Whether a chunk is filled. The first call for a chunk of a file checks its checksum, and that its
 * numbers are finite and its class ids in range: a damaged chunk counts as not filled, so that the
 * caller computes it again. Allocates nothing.
 */
bool logit_cache_has(struct logit_cache *k, size_t chunk);

/* Lock a chunk of a file while it is filled, so that other processes wait for it instead of filling
 * it too. No effect on a cache in memory. */
void logit_cache_lock(const struct logit_cache *k, size_t chunk);
void logit_cache_unlock(const struct logit_cache *k, size_t chunk);

/* Mark a chunk as filled, after its rows were written. */
void logit_cache_commit(struct logit_cache *k, size_t chunk);

#endif
