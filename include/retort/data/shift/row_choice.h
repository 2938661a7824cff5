/* Selection of rows: by largest score, or covering another set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SHIFT_ROW_CHOICE_H
#define RETORT_DATA_SHIFT_ROW_CHOICE_H

#include <stddef.h>
#include <stdint.h>

/* Set keep[n] to 1 for the k <= n rows with the largest scores, the first of equal ones; else 0. */
void row_choice_largest(const double *score, size_t n, size_t k, uint8_t *keep);

/* Rows to select from and rows to cover, borrowed. All numbers finite; n_b >= 1. */
struct row_choice_rows {
	const float *a, *b; /* [n_a,d], [n_b,d] */
	size_t n_a, n_b, d;
};

/*
 * Select k <= n_a rows of a that cover b: repeatedly, the row of b farthest from the selection gets
 * its nearest row of a that is not selected yet (farthest-first traversal, Gonzalez 1985; k-center
 * core-sets, Sener and Savarese 2018). If b is a, no selection of k rows has less than half of the
 * radius. Ties: the first row. Sets keep[n_a] to 1 for selected rows and returns the radius, the
 * largest distance of a row of b from the selection. O(k (n_a + n_b) d) time. Any thread.
 */
double row_choice_cover(const struct row_choice_rows *r, size_t k, uint8_t *keep);

#endif
