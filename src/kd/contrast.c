/* contrast.c: pairs of embeddings told from noise, value and gradient. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/contrast.h"

#include "retort/base/multi.h"
#include "retort/nn/gemm/vmath.h"

#define LANES 16

MULTIVERSION void
contrast_add_row(const real *restrict x, real factor, real *restrict to)
{
	for (size_t e = 0; e < CONTRAST_WIDTH; e++)
		to[e] += factor * x[e];
}

/* Dot products of an embedding with rows of a bank. */
MULTIVERSION static void
dot_rows(const real *restrict x, const real *restrict bank, const uint32_t *row, size_t n,
	 real *restrict out)
{
	for (size_t k = 0; k < n; k++) {
		const real *y = bank + row[k] * (size_t)CONTRAST_WIDTH;
		real lane[LANES] = { 0 };

		for (size_t e = 0; e < CONTRAST_WIDTH; e += LANES)
			for (size_t l = 0; l < LANES; l++)
				lane[l] += x[e + l] * y[e + l];
		MULTI_UNROLL
		for (size_t half = LANES / 2; half > 0; half /= 2)
			for (size_t l = 0; l < half; l++)
				lane[l] += lane[l + half];
		out[k] = lane[0];
	}
}

/*
 * Sum of -log h for the row's own pair and -log (1 - h) for a negative, h = P / (P + K/n) the
 * probability that a pair is not noise: 1 / (1 + exp(-u)) with u = log P - log (K/n). Replaces u by
 * the derivatives. `own`: the first pair is the row's own.
 */
static double
sum_nll(real *u, size_t n, bool own)
{
	real e[CONTRAST_PAIRS], value[CONTRAST_PAIRS];

	for (size_t k = 0; k < n; k++)
		e[k] = -REAL_ABS(u[k]);
	vmath_exp(e, n, e);
	vmath_log1p(e, n, value);
	if (own) {
		value[0] += u[0] < 0 ? -u[0] : 0;
		u[0] = -(u[0] >= 0 ? e[0] : 1) / (1 + e[0]);
	}
	for (size_t k = own; k < n; k++) {
		value[k] += u[k] > 0 ? u[k] : 0;
		u[k] = (u[k] >= 0 ? 1 : e[k]) / (1 + e[k]);
	}
	return (double)vmath_sum(value, n);
}

double
contrast_add(const struct contrast_pairs *p, real *d)
{
	real u[CONTRAST_PAIRS];
	double sum;

	dot_rows(p->x, p->bank, p->row, p->n, u);
	for (size_t k = 0; k < p->n; k++)
		u[k] = (real)((double)u[k] / p->temperature - p->shift);
	sum = sum_nll(u, p->n, p->own);
	for (size_t k = 0; d && k < p->n; k++)
		contrast_add_row(p->bank + p->row[k] * (size_t)CONTRAST_WIDTH, u[k], d);
	return sum;
}
