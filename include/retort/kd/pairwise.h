/* Squared distances of rows, pair by pair. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_PAIRWISE_H
#define RETORT_KD_PAIRWISE_H

#include <stddef.h>

#include "retort/base/real.h"

/*
 * out[n,n] = |f_i - f_j|^2 of rows of `width` numbers: from the differences, so that rows that are
 * the same are at a distance of 0, and rows close together at one as exact as any.
 */
void pairwise_squares(const real *f, size_t n, size_t width, real *out);

/* df[n,width] is the gradient, d[n,n] that of the squares; d is changed. */
void pairwise_back(real *d, const real *f, size_t n, size_t width, real *df);

#endif
