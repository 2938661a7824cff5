/* Mean of each channel over positions, and the sum of squares around it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_CHANNEL_MOMENTS_H
#define RETORT_NN_OPS_CHANNEL_MOMENTS_H

#include <stddef.h>

#include "retort/base/real.h"

/*
 * Statistics are those of a few positions at a time, which are in the cache for the second pass,
 * merged in double (Chan, Golub and LeVeque 1983): no digits are lost where the mean is large
 * compared with the standard deviation, and x is read from memory once.
 */

/* Compute sum[2, channels], means and squares, of x [n, channels]. some [2, channels] is room. */
void channel_moments_find(const real *x, size_t n, size_t channels, double *sum, real *some);

/* Merge the statistics `more` of n positions into those of `had` positions in `sum`. */
void channel_moments_merge(double *sum, size_t had, const double *more, size_t n, size_t channels);

#endif
