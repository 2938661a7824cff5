/* A compact filter of row hashes (Bloom 1970): which rows a network was trained on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_ROW_FILTER_H
#define RETORT_DATA_ROW_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/text.h"

#define ROW_FILTER_RATE 1e-6               /* of false positives, up to about 14 million rows */
#define ROW_FILTER_WORST 1e-4              /* of those of more rows, up to about 21 million */
#define ROW_FILTER_BITS ((size_t)48 << 23) /* 48 MiB, 64 MiB as text */
#define ROW_FILTER_PROBES 20               /* bits of a row, at most */

/* It has every row that was added, and of other rows a share. */
struct row_filter {
	size_t n;     /* rows that were added */
	size_t bits;  /* a multiple of 8 */
	int probes;   /* bits of a row */
	uint8_t *set; /* owned [bits / 8] bit i is 1 << i % 8 of byte i / 8 */
};

/* Bits and probes of a filter for n rows. -1: more rows than ROW_FILTER_WORST allows. */
int row_filter_size(size_t n, size_t *bits, int *probes);

/*
 * A filter of the hashes of some rows, which must be at least one. -1 and an error: too many rows,
 * no memory.
 */
int row_filter_make(const uint64_t *hash, const uint32_t *rows, size_t n, struct row_filter *out,
		    struct err *e);
void row_filter_release(struct row_filter *f);

/* Whether a row was added, or is a false positive. Any thread. */
bool row_filter_has(const struct row_filter *f, uint64_t hash);

/* Whether both have the same bits. */
bool row_filter_same(const struct row_filter *a, const struct row_filter *b);

/* Append the filter as text: "1 N BITS PROBES BASE64"; 1 is the version. */
void row_filter_print(const struct row_filter *f, struct text *out);

/*
 * Parse such a text. Refused, besides another form or length: sizes beyond those above, more bits
 * set than N rows set, and so many that false positives would exceed ROW_FILTER_WORST.
 */
int row_filter_parse(const char *text, struct row_filter *out, struct err *e);

#endif
