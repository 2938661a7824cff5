/* Centred kernel alignment: how much two layers tell rows apart alike, whatever their widths and
 * rotations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_CKA_H
#define RETORT_KD_CKA_H

#include <stddef.h>

/*
 * Products of centred rows, each pair once: row i's with rows 0..i, behind one another. Of a layer
 * they are made once, however many it is compared with, and that takes rows^2 width / 2
 * multiplications: less than products of columns where layers are wider than there are rows.
 */
static inline size_t
cka_len(size_t rows)
{
	return rows * (rows + 1) / 2;
}

/* Of x[rows,width], whose columns are centred in place, into gram[cka_len(rows)]. */
void cka_gram(double *x, size_t rows, size_t width, double *gram);

/*
 * Linear CKA |X'Y|^2 / (|X'X| |Y'Y|) of centred X and Y (Kornblith et al. 2019, eq. 4), 0 to 1; 0
 * where all rows of a layer are equal: there is nothing to be alike in.
 */
double cka_of(const double *a, const double *b, size_t rows);

#endif
