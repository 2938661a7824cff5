/* pairwise.c: squared distances of rows, and the backward pass. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/pairwise.h"

#include "retort/base/multi.h"
#include "retort/kd/gram.h"

#define LANES 16

static MULTI_INLINE real
square(const real *restrict x, const real *restrict y, size_t n)
{
	real lane[LANES] = { 0 }, sum = 0;
	size_t c = 0;

	for (; c + LANES <= n; c += LANES)
		for (size_t k = 0; k < LANES; k++)
			lane[k] += (x[c + k] - y[c + k]) * (x[c + k] - y[c + k]);
	for (; c < n; c++)
		sum += (x[c] - y[c]) * (x[c] - y[c]);
	for (size_t k = 0; k < LANES; k++)
		sum += lane[k];
	return sum;
}

MULTIVERSION void
pairwise_squares(const real *f, size_t n, size_t width, real *out)
{
	for (size_t i = 0; i < n; i++) {
		out[i * n + i] = 0;
		for (size_t j = 0; j < i; j++)
			out[i * n + j] = out[j * n + i] =
				square(f + i * width, f + j * width, width);
	}
}

/* df_i = sum over j of 2 (d_ij + d_ji) (f_i - f_j), as a product with a matrix whose rows sum to 0.
 */
void
pairwise_back(real *d, const real *f, size_t n, size_t width, real *df)
{
	for (size_t i = 0; i < n; i++) {
		d[i * n + i] = 0;
		for (size_t j = 0; j < i; j++)
			d[i * n + j] = d[j * n + i] = -2 * (d[i * n + j] + d[j * n + i]);
	}
	for (size_t i = 0; i < n; i++) {
		real sum = 0;

		for (size_t j = 0; j < n; j++)
			sum += d[i * n + j];
		d[i * n + i] = -sum;
	}
	gram_combine(d, f, n, width, df);
}
