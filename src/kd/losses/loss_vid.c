/* loss_vid.c: variational information distillation: Gaussian likelihood of the teacher's layer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "retort/base/multi.h"
#include "retort/kd/losses/loss_table.h"

#define START 5.0  /* initial variance of every channel, and */
#define LEAST 1e-5 /* constant added to it, as in the authors' program */

static int
variance_shape(const struct loss_shape *s, size_t dim[2])
{
	dim[0] = s->channels;
	return 1;
}

static size_t
scratch(const struct loss_shape *s)
{
	return 2 * s->channels;
}

/* log(1 + e^a), and its derivative. */
static double
softplus(double a, double *slope)
{
	*slope = a >= 0 ? 1 / (1 + exp(-a)) : exp(a) / (1 + exp(a));
	return a > 0 ? a + log1p(exp(-a)) : log1p(exp(a));
}

/* Variance of a channel from its parameter, which is 0 at the start, and the derivative. */
static double
variance(real own, double *slope)
{
	return softplus(log(expm1(START - LEAST)) + (double)own, slope) + LEAST;
}

/* A position: adds weighted squared differences to `square` and the gradient to dx. over: 1 /
 * variance. */
MULTIVERSION static void
run_position(const real *restrict x, const real *restrict t, const real *restrict over, size_t n,
	     real weight, real step, real *restrict square, real *restrict dx)
{
	for (size_t c = 0; c < n; c++) {
		real gap = x[c] - t[c];

		square[c] += weight * gap * gap;
		if (dx)
			dx[c] += step * gap * over[c];
	}
}

/* Weight of position p of row i. */
static double
weight_of(const struct loss_args *a, size_t i, size_t p)
{
	return loss_sees(a, i, p) ? (double)a->weight[i] : 0;
}

static double
sum_of_weights(const struct loss_args *a)
{
	double all = 0;

	for (size_t i = 0; i < a->rows; i++)
		for (size_t p = 0; p < a->positions; p++)
			all += weight_of(a, i, p);
	return all;
}

/* Mean squared difference of each channel, into `square`. */
static void
run_positions(const struct loss_args *a, double all, const real *over, real *square)
{
	size_t n = a->channels;

	for (size_t i = 0; i < a->rows; i++)
		for (size_t p = 0; p < a->positions; p++) {
			size_t at = i * a->width + p * n;
			double weight = weight_of(a, i, p) / all;

			if (weight > 0)
				run_position(a->x + at, a->target + at, over, n, (real)weight,
					     (real)(weight * a->scale / (double)n), square,
					     a->dx ? a->dx + at : NULL);
		}
}

static double
run(const struct loss_args *a)
{
	size_t n = a->channels;
	real *over = a->scratch, *square = over + n;
	double sum = 0, all = sum_of_weights(a), slope;

	if (all <= 0)
		return 0;
	for (size_t c = 0; c < n; c++) {
		over[c] = (real)(1 / variance(a->own[0][c], &slope));
		square[c] = 0;
	}
	run_positions(a, all, over, square);
	for (size_t c = 0; c < n; c++) {
		double v = variance(a->own[0][c], &slope), s = (double)square[c];

		sum += 0.5 * (s / v + log(v)) / (double)n;
		if (a->own_grad[0])
			a->own_grad[0][c] +=
				(real)(a->scale * 0.5 * (1 / v - s / (v * v)) * slope / (double)n);
	}
	return sum;
}

static const struct loss_own own[] = {
	{ .name = "variance",
	  .shape = variance_shape,
	  .init = PARAM_ZERO,
	  .lr_factor = 1,
	  .sign = 1 },
	{ .name = NULL },
};

const struct loss loss_vid = {
	.name = "vid",
	.doc = "Variational information distillation: negative log-likelihood of the teacher's "
	       "layer under a normal distribution around a learned linear map of the student's, "
	       "with a learned variance for each channel.",
	.formula = "mean 1/2 ((m - h_t)^2 / v + log v), m = W h_s + b, v = log(1 + exp(a)) + 1e-5 "
		   "by channel, 5 at the start",
	.reference = "Ahn et al. 2019, Variational Information Distillation for Knowledge "
		     "Transfer, eq. 5 and 6",
	.needs = LOSS_LAYER | LOSS_BATCH | LOSS_PROJECT,
	.on = 1u << MODEL_HIDDEN | 1u << MODEL_VALUE,
	.own = own,
	.scratch = scratch,
	.run = run,
};
