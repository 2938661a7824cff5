/* loss_hidden.c: mean squared error between a student's layer and a teacher's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/multi.h"
#include "retort/kd/losses/loss_table.h"

#define LANES 16

/* Sum of squares of x - target. */
MULTIVERSION static real
sum_squares(const real *restrict x, const real *restrict target, size_t n)
{
	real lane[LANES] = { 0 }, sum = 0;
	size_t c = 0;

	for (; c + LANES <= n; c += LANES)
		for (size_t k = 0; k < LANES; k++)
			lane[k] += (x[c + k] - target[c + k]) * (x[c + k] - target[c + k]);
	for (; c < n; c++)
		sum += (x[c] - target[c]) * (x[c] - target[c]);
	for (size_t k = 0; k < LANES; k++)
		sum += lane[k];
	return sum;
}

MULTIVERSION static void
add_gap(const real *restrict x, const real *restrict target, real step, size_t n, real *restrict dx)
{
	for (size_t c = 0; c < n; c++)
		dx[c] += step * (x[c] - target[c]);
}

/* Mean over rows and numbers, without the paper's factor 1/2, as in TinyBERT and DistilBERT. */
static double
run(const struct loss_args *a)
{
	double sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		const real *x = a->x + i * a->width, *target = a->target + i * a->width;
		double weight = (double)a->weight[i] / (double)a->width;

		if (weight <= 0)
			continue;
		sum += weight * (double)sum_squares(x, target, a->width);
		if (a->dx)
			add_gap(x, target, (real)(2 * weight * a->scale), a->width,
				a->dx + i * a->width);
	}
	return sum;
}

const struct loss loss_hidden = {
	.name = "hidden",
	.doc = "Mean squared error between a student's layer and a teacher's (hidden states "
	       "through a learned linear map where "
	       "their widths differ; attention maps or scores; queries, keys, values).",
	.formula = "mean (W h_s + b - h_t)^2;  gradient 2 (W h_s + b - h_t) / (B d)",
	.reference = "Romero et al. 2015, FitNets, eq. 3 (without the factor 1/2); Jiao et al. "
		     "2020, TinyBERT, eq. 7 and 8",
	.needs = LOSS_LAYER,
	.run = run,
};
