/* loss_cos.c: one minus the cosine of hidden states, as in DistilBERT. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/vmath.h"
#include "retort/kd/losses/loss_table.h"

/* 1 - <X, Y> with X = x / |x|, Y = t / |t|; gradient (X <X, Y> - Y) / |x|. */
static double
run_position(const real *x, const real *t, size_t n, double step, real *dx)
{
	real length = REAL_SQRT(vmath_dot(x, x, n)), t_length = REAL_SQRT(vmath_dot(t, t, n));
	real cosine, in_x, in_t, over;

	if (length <= 0 || t_length <= 0)
		return 1; /* no direction */
	in_x = 1 / length;
	in_t = 1 / t_length;
	cosine = vmath_dot(x, t, n) * in_x * in_t;
	over = (real)step * in_x; /* the factors below are about 1: the inverse of a squared small
				     norm would overflow */
	for (size_t k = 0; dx && k < n; k++)
		dx[k] += over * (cosine * (x[k] * in_x) - t[k] * in_t);
	return 1 - (double)cosine;
}

static double
run(const struct loss_args *a)
{
	size_t n = a->channels, places = a->width / n;
	double sum = 0;

	for (size_t i = 0; i < a->rows * places; i++) {
		double weight = (double)a->weight[i / places] / (double)places;

		if (weight > 0)
			sum += weight * run_position(a->x + i * n, a->target + i * n, n,
						     weight * a->scale,
						     a->dx ? a->dx + i * n : NULL);
	}
	return sum;
}

const struct loss loss_cos = {
	.name = "cos",
	.doc = "One minus the cosine similarity of student and teacher hidden states, mean over "
	       "tokens or positions of a feature map.",
	.formula = "mean (1 - h_s . h_t / (|h_s| |h_t|)) over tokens that are not padding",
	.reference = "Sanh et al. 2019, DistilBERT, section 2",
	.needs = LOSS_LAYER,
	.on = 1u << MODEL_HIDDEN | 1u << MODEL_VALUE,
	.run = run,
};
