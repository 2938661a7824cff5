/* Linear centred kernel alignment: similarity of two layers over the same rows, independent of
 * width and rotation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_CKA_H
#define RETORT_KD_CKA_H

#include <stddef.h>

/*
 * Length of a packed lower triangle: products of row i with rows 0..i, for each i. The products of
 * a layer are computed once for all comparisons, in rows^2 width / 2 multiplications: fewer than
 * products of columns where a layer is wider than there are rows.
 */
static inline size_t
cka_len(size_t rows)
{
	return rows * (rows + 1) / 2;
}

/* Centre the columns of x [rows, width] in place, and store the products of its rows in gram
 * [cka_len(rows)]. */
void cka_gram(double *x, size_t rows, size_t width, double *gram);

/*
 * Linear CKA |X'Y|^2 / (|X'X| |Y'Y|) of centred X and Y (Kornblith et al. 2019, eq. 4), 0 to 1,
 * from their products; 0 where all rows of a layer are equal.
 */
double cka_of(const double *a, const double *b, size_t rows);

#endif
