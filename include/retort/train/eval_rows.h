/* Figures of an evaluation row by row, for comparisons on the same rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_EVAL_ROWS_H
#define RETORT_TRAIN_EVAL_ROWS_H

#include "retort/train/train.h"

/* Sums over the labels of a row: one class, or one for each position. */
struct eval_row {
	float nll;
	float right; /* labels that are predicted */
};

/*
 * Evaluate a network on n rows of the data, at temperature 1 and without dropout: out [n], count
 * [n] the labels of each row (NULL: not needed), kl [n] the sum over them of KL from the teachers
 * of `s` (NULL: not needed; NaN without a teacher). The feed is prepared for the batch of `s`. The
 * same bits on any number of threads. Allocates nothing.
 */
void eval_rows(struct train *t, const struct settings *s, struct branch *b, const uint32_t *row,
	       size_t n, struct eval_row *out, uint32_t *count, float *kl);

#endif
