/* Answers that are kept: rows of numbers, filled in chunks, in memory or in a file that outlives
 * the session. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOGIT_CACHE_H
#define RETORT_KD_LOGIT_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/base/real.h"

struct logit_cache {
	size_t width;   /* numbers a row */
	real *out;      /* [rows, width]; NULL: nothing is kept */
	uint8_t *known; /* [chunks] 1 where a chunk's rows are filled */
	void *block;    /* owned: head, known, out */
	size_t mapped;  /* bytes of the file the block is mapped from; 0: memory */
};

/* Bytes that logit_cache_open takes. */
size_t logit_cache_size(size_t rows, size_t chunks, size_t width);

/*
 * Room for `rows` rows of `width` numbers. With `path` in the file of that name, which is used
 * where it was written under the same key, shape and number type, and begun anew where not. NULL:
 * in memory. 0, or -1 and an error with the size.
 */
int logit_cache_open(struct logit_cache *k, size_t rows, size_t chunks, size_t width,
		     const char *path, const struct hash *key, struct err *e);
void logit_cache_close(struct logit_cache *k);

#endif
