/* Few rows out of many: those with the largest scores, or those that cover a set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SHIFT_ROW_CHOICE_H
#define RETORT_DATA_SHIFT_ROW_CHOICE_H

#include <stddef.h>
#include <stdint.h>

/* keep[n]: 1 for the k <= n rows with the largest scores, of equal ones the first; else 0. */
void row_choice_largest(const double *score, size_t n, size_t k, uint8_t *keep);

/* Rows to choose from and rows to be covered, borrowed. Every number finite; n_b >= 1. */
struct row_choice_rows {
	const float *a, *b; /* [n_a,d], [n_b,d] */
	size_t n_a, n_b, d;
};

/*
 * keep[n_a]: 1 for k <= n_a rows of a, so that every row of b is near one of them: again and again
 * the row of b that is farthest from what was chosen gets the nearest row of a that was not (the
 * farthest-first traversal of Gonzalez 1985; k-centre as core-set: Sener and Savarese 2018). Where
 * b is a, no choice of k rows has less than half of the radius; of equal rows the first. Returns
 * the radius: the largest distance of a row of b from the nearest chosen one. k (n_a + n_b) d time.
 * Any thread.
 */
double row_choice_cover(const struct row_choice_rows *r, size_t k, uint8_t *keep);

#endif
