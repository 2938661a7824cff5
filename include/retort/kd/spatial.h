/* Attention maps of feature maps, as compared by attention transfer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_SPATIAL_H
#define RETORT_KD_SPATIAL_H

#include <stddef.h>

#include "retort/base/real.h"

/*
 * Attention map of f [rows, positions, channels] into out [rows, positions]: Q = q / |q| with q the
 * mean over channels of f^2 and |q| its norm over the positions of a row (Zagoruyko and Komodakis
 * 2017, eq. 2 with p = 2). Q of a map of zeros is 0. |q| goes into norm [rows], which may be NULL.
 * Any thread; allocates nothing.
 */
void spatial_map(const real *f, size_t rows, size_t positions, size_t channels, real *out,
		 real *norm);

/* gap = q - t, over n positions. */
void spatial_gap(const real *q, const real *t, size_t n, real *gap);

/* grad_factor += step (gap - q <gap, q>): backward pass of Q = q / |q|, without the factor 1 / |q|;
 * the argument q is Q. */
void spatial_back(const real *q, const real *gap, size_t n, real step, real *grad_factor);

#endif
