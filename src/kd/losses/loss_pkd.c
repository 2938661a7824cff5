/* loss_pkd.c: patient distillation: direction of the first token's hidden state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/vmath.h"
#include "retort/kd/losses/loss_table.h"

/* Numbers at the start of a row that are compared: the first token, or all without tokens. */
static size_t
compared_width(const struct loss_args *a)
{
	return a->shape.tokens ? a->width / a->positions : a->width;
}

static real
inverse_norm(const real *x, size_t n)
{
	real length = REAL_SQRT(vmath_dot(x, x, n));

	return length > 0 ? 1 / length : 0;
}

static bool
is_compared(const struct loss_args *a, size_t i)
{
	return a->weight[i] > 0 && loss_sees(a, i, 0);
}

/* |X - Y|^2 with X = x / |x|, Y = y / |y|; gradient (2 (X - Y) - X <X, 2 (X - Y)>) / |x|. */
static double
run_row(const real *x, const real *t, size_t n, double step, real *gap, real *dx)
{
	real sx = inverse_norm(x, n), st = inverse_norm(t, n), along = 0;
	double value;

	for (size_t k = 0; k < n; k++) {
		gap[k] = x[k] * sx - t[k] * st;
		along += gap[k] * (x[k] * sx);
	}
	value = (double)vmath_dot(gap, gap, n);
	for (size_t k = 0; dx && k < n; k++)
		dx[k] += (real)(2 * step) * sx * (gap[k] - x[k] * sx * along);
	return value;
}

static double
run(const struct loss_args *a)
{
	size_t n = compared_width(a);
	double sum = 0, all = 0;

	for (size_t i = 0; i < a->rows; i++)
		all += is_compared(a, i) ? (double)a->weight[i] : 0;
	for (size_t i = 0; i < a->rows; i++) {
		double weight = is_compared(a, i) ? (double)a->weight[i] / all : 0;

		if (weight > 0)
			sum += weight * run_row(a->x + i * a->width, a->target + i * a->t_width, n,
						weight * a->scale, a->scratch,
						a->dx ? a->dx + i * a->width : NULL);
	}
	return sum;
}

const struct loss loss_pkd = {
	.name = "pkd",
	.doc = "Patient distillation: squared distance of the first token's hidden states, each "
	       "scaled to norm 1; of the whole layer if it has no tokens.",
	.formula = "mean over rows of |h_s / |h_s| - h_t / |h_t||^2",
	.reference =
		"Sun et al. 2019, Patient Knowledge Distillation for BERT Model Compression, eq. 7",
	.needs = LOSS_LAYER | LOSS_BATCH,
	.on = 1u << MODEL_HIDDEN,
	.run = run,
};
