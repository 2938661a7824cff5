/* Where a feature map is large: what attention transfer compares. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_SPATIAL_H
#define RETORT_KD_SPATIAL_H

#include <stddef.h>

#include "retort/base/real.h"

/*
 * f is [rows, places, channels], out [rows, places]: Q = q / |q| with q the mean over channels of
 * f^2 and |q| the norm of a row of them (Zagoruyko and Komodakis 2017, eq. 2 with p = 2). A map of
 * zeros has no direction: its Q is 0. norm [rows] becomes |q|; it may be NULL. Any thread;
 * allocates nothing.
 */
void spatial_map(const real *f, size_t rows, size_t places, size_t channels, real *out, real *norm);

/* gap = q - t, of n places. */
void spatial_gap(const real *q, const real *t, size_t n, real *gap);

/* pull += step (gap - q <gap, q>): what a slope of `gap` at Q, q here, is at |q| Q. */
void spatial_pull(const real *q, const real *gap, size_t n, real step, real *pull);

#endif
