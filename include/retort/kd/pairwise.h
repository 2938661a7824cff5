/* Squared distances between all pairs of rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_PAIRWISE_H
#define RETORT_KD_PAIRWISE_H

#include <stddef.h>

#include "retort/base/real.h"

/*
 * out[n,n] = |f_i - f_j|^2, f [n,width]. Computed from the differences, so that equal rows have
 * distance 0 and small distances are accurate.
 */
void pairwise_squares(const real *f, size_t n, size_t width, real *out);

/* Backward pass: df [n,width] from d [n,n], the gradient of the squared distances; d is
 * overwritten. */
void pairwise_back(real *d, const real *f, size_t n, size_t width, real *df);

#endif
