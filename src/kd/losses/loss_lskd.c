/* loss_lskd.c: kd on standardised logits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/kd/softmax_rows.h"

#define TINY 1e-7 /* added to the deviation */

/*
 * Mean and standard deviation of a row, with denominator C - 1. Computed relative to its first
 * number, so that a constant row has deviation 0 instead of a rounding error, which would be
 * divided by.
 */
static void
mean_deviation(const real *x, size_t n, double *mean, double *deviation)
{
	double sum = 0, squares = 0, middle;

	for (size_t c = 1; c < n; c++)
		sum += (double)x[c] - (double)x[0];
	middle = sum / (double)n;
	for (size_t c = 0; c < n; c++) {
		double gap = (double)x[c] - (double)x[0] - middle;

		squares += gap * gap;
	}
	*mean = (double)x[0] + middle;
	*deviation = n > 1 ? sqrt(squares / (double)(n - 1)) : 0;
}

static void
standardise(const real *x, size_t n, double temperature, real *log_p)
{
	double mean, deviation;

	mean_deviation(x, n, &mean, &deviation);
	for (size_t c = 0; c < n; c++)
		log_p[c] = (real)(((double)x[c] - mean) / (deviation + TINY));
	loss_log_softmax(log_p, n, temperature, log_p);
}

/* Backward pass of the standardisation, of q - p; the gradient of a constant row is 0. */
static void
add_gradient(const real *x, const real *q, const real *p, double step, size_t n, real *dx)
{
	double mean, deviation, g_mean = 0, along = 0, whole;

	mean_deviation(x, n, &mean, &deviation);
	if (deviation == 0)
		return;
	whole = deviation + TINY;
	for (size_t c = 0; c < n; c++) {
		g_mean += (double)(q[c] - p[c]);
		along += (double)(q[c] - p[c]) * ((double)x[c] - mean);
	}
	g_mean /= (double)n;
	along /= (double)(n - 1) * deviation * whole * whole;
	for (size_t c = 0; c < n; c++)
		dx[c] += (real)(step * (((double)(q[c] - p[c]) - g_mean) / whole -
					((double)x[c] - mean) * along));
}

static double
run(const struct loss_args *a)
{
	size_t n = a->width, len = a->rows * n;
	real *log_q = a->scratch, *q = log_q + len, *log_p = q + len, *p = log_p + len;
	double t = a->temperature, sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		standardise(a->x + i * n, n, t, log_q + i * n);
		standardise(a->target + i * n, n, t, log_p + i * n);
	}
	vmath_exp(log_q, len, q);
	vmath_exp(log_p, len, p);
	for (size_t i = 0; i < a->rows; i++) {
		double weight = (double)a->weight[i];

		if (weight <= 0)
			continue;
		sum += weight * (double)softmax_rows_divergence(p + i * n, log_p + i * n, q + i * n,
								log_q + i * n, 0, n);
		if (a->dx)
			add_gradient(a->x + i * n, q + i * n, p + i * n, weight * a->scale * t, n,
				     a->dx + i * n);
	}
	return sum * t * t;
}

const struct loss loss_lskd = {
	.name = "lskd",
	.title = "standardised logits (LSKD)",
	.doc = "kd on standardised logits: each row of student and teacher is scaled to mean 0 and "
	       "standard deviation 1 (denominator C - 1) before the temperature, so the student "
	       "need not match the magnitude of the teacher's logits.",
	.formula =
		"T^2 KL(softmax(Z(z_t)/T) || softmax(Z(z_s)/T)), Z(z) = (z - mean) / (s + 1e-7);  "
		"gradient T J(q - p), J(g) = (g - mean g)/(s + 1e-7) - (z - mean) <g,z - mean> / "
		"((C - 1) s (s + 1e-7)^2)",
	.reference =
		"Sun et al. 2024, Logit Standardization in Knowledge Distillation, section 3.3",
	.needs = LOSS_LOGITS,
	.weight = offsetof(struct knobs, lskd_weight),
	.temperature = offsetof(struct knobs, lskd_temperature),
	.run = run,
};
