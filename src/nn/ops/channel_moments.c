/* channel_moments.c: mean and squares by channel, of blocks of positions, merged in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ops/channel_moments.h"

#include <string.h>

#include "retort/base/multi.h"

#define BLOCK 64 /* positions that are summed in `real` before they are merged in double */

/* Compute the mean of each channel over n positions and the sum of squares around it. */
MULTIVERSION static void
block_statistics(const real *restrict x, size_t n, size_t channels, real *restrict mean,
		 real *restrict squares)
{
	real share = 1 / (real)n;

	memset(mean, 0, channels * sizeof *mean);
	memset(squares, 0, channels * sizeof *squares);
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < channels; c++)
			mean[c] += x[i * channels + c];
	for (size_t c = 0; c < channels; c++)
		mean[c] *= share;
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < channels; c++) {
			real d = x[i * channels + c] - mean[c];

			squares[c] += d * d;
		}
}

/*
 * Merge the statistics of n positions into those of `had`. The mean of the n is rounded, and
 * squares around it are too large by n times the square of that error: small compared with the
 * rounding of x itself.
 */
static MULTI_INLINE void
merge_channel(double *restrict mean, double *restrict squares, size_t had, double more_mean,
	      double more_squares, size_t n, size_t c)
{
	double share = (double)n / (double)(had + n), d = more_mean - mean[c];

	mean[c] += d * share;
	squares[c] += more_squares + d * d * (double)had * share;
}

MULTIVERSION static void
merge_block(double *restrict mean, double *restrict squares, size_t had, const real *restrict some,
	    size_t n, size_t channels)
{
	for (size_t c = 0; c < channels; c++)
		merge_channel(mean, squares, had, (double)some[c], (double)some[channels + c], n,
			      c);
}

void
channel_moments_find(const real *x, size_t n, size_t channels, double *sum, real *some)
{
	memset(sum, 0, 2 * channels * sizeof *sum);
	for (size_t i = 0; i < n; i += BLOCK) {
		size_t size = n - i < BLOCK ? n - i : BLOCK;

		block_statistics(x + i * channels, size, channels, some, some + channels);
		merge_block(sum, sum + channels, i, some, size, channels);
	}
}

void
channel_moments_merge(double *sum, size_t had, const double *more, size_t n, size_t channels)
{
	for (size_t c = 0; c < channels; c++)
		merge_channel(sum, sum + channels, had, more[c], more[channels + c], n, c);
}
