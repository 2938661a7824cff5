/* The cases of tests/vectors/ops.json, which torch computed, and adapters that run them here. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_GOLDEN_H
#define RETORT_TESTS_GOLDEN_H

#include <jansson.h>
#include <stddef.h>

#include "retort/base/real.h"

#define GOLDEN_COMPARED "compared" /* the mark, beside a tensor's shape and data */

extern const char *golden_name; /* of the case at hand, for messages */

struct golden_numbers {
	int rank;
	size_t dim[5], len;
	real *data;
};

/* The tensor `of` in a part of a case: "in", "out", "grad" or "mix". The caller frees its data. */
struct golden_numbers golden_numbers(const json_t *c, const char *part, const char *of);

/* An attribute of a case; true is 1. */
double golden_attr(const json_t *c, const char *of);

/* Compare numbers with those of the file, which are marked; of the runs, each of `n` numbers, the
 * beginnings are `stride` apart in `got`. */
void golden_compare(const json_t *c, const char *part, const char *of, const real *got);
void golden_compare_runs(const json_t *c, const char *part, const char *of, const real *got,
			 size_t n, size_t stride);

/* n numbers, NaN where nothing is written. The caller frees them. */
real *golden_room(size_t n);

/* Operators of the file. */
struct golden_row {
	const char *op;
	void (*adapter)(const json_t *c);
};
extern const struct golden_row golden_rows[];
extern const size_t golden_row_count;

#endif
