/* Figures of an evaluation row by row, for comparisons on the same rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_EVAL_ROWS_H
#define RETORT_TRAIN_EVAL_ROWS_H

#include "retort/train/train.h"

/* Sums over the labels of a row: one class, or one for each position. */
struct eval_row {
	float nll;
	float right; /* labels that are predicted */
	float kl;    /* divergence from the teachers; NaN: there is none */
	float agree; /* predictions that are those of the teachers; NaN: there is none */
};

/*
 * Evaluate a network on n rows of the data, at temperature 1 and without dropout: out [n], count
 * [n] the labels of each row (NULL: not needed). `taught`: compare it with the teachers of `s`. The
 * feed is prepared for the batch of `s`. The same bits on any number of threads. Allocates nothing.
 */
void eval_rows(struct train *t, const struct settings *s, struct branch *b, const uint32_t *row,
	       size_t n, struct eval_row *out, uint32_t *count, bool taught);

/* What a row adds to METRIC_VAL_NLL, VAL_ACCURACY, VAL_AGREEMENT or VAL_KL. */
double eval_rows_figure(const struct eval_row *r, unsigned metric);

#endif
