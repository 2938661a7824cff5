/* spatial.c: attention maps of feature maps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/spatial.h"

#include <string.h>

#include "retort/base/multi.h"
#include "retort/nn/gemm/vmath.h"

#define LANES 8 /* partial sums of a position; about the channels of a small student */
#define TILE 16 /* positions whose partial sums are added together */

typedef real vector
	__attribute__((vector_size(LANES * sizeof(real)), aligned(sizeof(real)), may_alias));

/* q = mean of f^2 over the channels of each position. */
MULTIVERSION static void
mean_squares(const real *restrict f, size_t places, size_t channels, real *restrict q)
{
	real share = 1 / (real)channels, lane[TILE * LANES] = { 0 }, mean[TILE];

	for (size_t p = 0; p < places; p += TILE) {
		size_t n = places - p < TILE ? places - p : TILE;

		for (size_t i = 0; i < n; i++, f += channels) {
			vector sum = { 0 };
			size_t c = 0;

			for (; c + LANES <= channels; c += LANES)
				sum += *(const vector *)(f + c) * *(const vector *)(f + c);
			*(vector *)(lane + i * LANES) = sum;
			for (size_t k = 0; c < channels; c++, k++)
				lane[i * LANES + k] += f[c] * f[c];
		}
		for (size_t i = 0; i < TILE; i++) {
			const real *s = lane + i * LANES;

			mean[i] = (((s[0] + s[4]) + (s[2] + s[6])) +
				   ((s[1] + s[5]) + (s[3] + s[7]))) *
				  share;
		}
		if (n == TILE)
			memcpy(q + p, mean, sizeof mean);
		else
			memcpy(q + p, mean, n * sizeof *mean);
	}
}

void
spatial_map(const real *f, size_t rows, size_t places, size_t channels, real *out, real *norm)
{
	for (size_t r = 0; r < rows; r++, f += places * channels, out += places) {
		real length, factor;

		mean_squares(f, places, channels, out);
		length = REAL_SQRT(vmath_dot(out, out, places));
		factor = length > 0 ? 1 / length : 0;
		for (size_t p = 0; p < places; p++)
			out[p] *= factor;
		if (norm)
			norm[r] = length;
	}
}

MULTIVERSION void
spatial_gap(const real *restrict q, const real *restrict t, size_t n, real *restrict gap)
{
	for (size_t p = 0; p < n; p++)
		gap[p] = q[p] - t[p];
}

MULTIVERSION static void
add_across(const real *restrict q, const real *restrict gap, size_t n, real step, real along,
	   real *restrict grad_factor)
{
	for (size_t p = 0; p < n; p++)
		grad_factor[p] += step * (gap[p] - q[p] * along);
}

void
spatial_back(const real *q, const real *gap, size_t n, real step, real *grad_factor)
{
	add_across(q, gap, n, step, vmath_dot(gap, q, n), grad_factor);
}
