/* The largest log-probabilities of each position, as a served teacher returns them: from two arrays
 * or from JSON lines. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOGIT_TOP_H
#define RETORT_KD_LOGIT_TOP_H

#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/base/real.h"
#include "retort/kd/logit_kind.h"

#define LOGIT_TOP_MOST 4096      /* classes of a position, at most */
#define LOGIT_TOP_WITHIN 1e-3    /* by which probabilities of JSON lines may sum to more than 1 */
#define LOGIT_TOP_LINE (1 << 24) /* bytes of a line of JSON, at most */

struct logit_top {
	size_t rows, positions, k;
	real *packed; /* owned [rows, positions, 2 k + 1] as in top_logits.h: log-probabilities,
			 largest first, and the logarithm of the rest of the mass */
	int64_t *id;  /* owned [rows] row number in the data; NULL: 0, 1, 2 ... */
	char **name;  /* owned [names] classes by name: packed has indices of these; NULL: it has
			 class ids */
	size_t names;
	size_t cut;     /* positions that had more than k classes, in JSON lines */
	size_t largest; /* class id, without names; and its row, from 1 */
	size_t largest_row;
	struct hash hash; /* of the files */
};

/*
 * Read ids and values, two arrays of one shape: [rows, k], or [rows, positions, k]. Values are
 * log-probabilities or probabilities; `kind` AUTO decides by the numbers. Refused, with place and
 * value: logits, whose other classes have an unknown mass; a class twice in a position; values that
 * sum to more than 1; values so small that they may be logits (less than 0.05 of the mass on
 * average), unless `kind` gives them.
 */
int logit_top_arrays(const char *ids, const char *values, enum logit_kind *kind,
		     struct logit_top *out, struct err *e);

/*
 * Read JSON lines, an object for each row with a key "top", or "top_logprobs": of one position an
 * object {"cat": -0.1, "dog": -2.4}, a list of pairs [[3, -0.1], [7, -2.4]], or a list of objects
 * {"token": "cat", "logprob": -0.1}; or a list of these, one for each position. A value may be an
 * object with a key "logprob". A number is a class id, a text its name. "row" is the number of the
 * row in the data, in all lines or in none; other keys are ignored. Positions with more classes
 * than the one with the fewest are cut to its number, and the rest of their mass is in the tail.
 */
int logit_top_lines(const char *path, const char *bytes, size_t size, struct logit_top *out,
		    struct err *e);

void logit_top_release(struct logit_top *t);

/* One class of a position and its log-probability. */
struct logit_top_entry {
	size_t id;
	double value;
};

/*
 * Sort n entries by falling value and pack the k largest: ids, values, and the logarithm of
 * 1 - their sum, at least log(1e-30). Refused: a class twice, a sum above 1 by more than `within`.
 * The error has no place.
 */
int logit_top_pack(struct logit_top_entry *entry, size_t n, size_t k, double within, real *out,
		   struct err *e);

#endif
