/* loss_cosine.c: one minus the cosine of rows of logits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/multi.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/kd/losses/loss_table.h"

/* 1 - cos as half the squared distance of the unit vectors, which avoids a difference of numbers
 * near 1. */
static double
half_distance(const real *x, const real *target, size_t n, double in_x, double in_target)
{
	double sum = 0;

	for (size_t c = 0; c < n; c++) {
		double gap = (double)x[c] * in_x - (double)target[c] * in_target;

		sum += gap * gap;
	}
	return sum / 2;
}

/* (cos x/|x| - t/|t|) / |x|; the inverse of a squared small norm would overflow. */
MULTIVERSION static void
add_gradient(const real *restrict x, const real *restrict target, real cosine, real in_x,
	     real in_target, real step, size_t n, real *restrict dx)
{
	for (size_t c = 0; c < n; c++)
		dx[c] += step * (cosine * (x[c] * in_x) - target[c] * in_target);
}

/* A row of zeros has value 1 and no gradient. */
static double
run_row(const struct loss_args *a, size_t i, double weight)
{
	const real *x = a->x + i * a->width, *target = a->target + i * a->width;
	double xx = (double)vmath_dot(x, x, a->width),
	       tt = (double)vmath_dot(target, target, a->width);
	double in_x = 1 / sqrt(xx), in_target = 1 / sqrt(tt), gap;

	if (!(xx > 0 && tt > 0))
		return 1;
	gap = half_distance(x, target, a->width, in_x, in_target);
	if (a->dx)
		add_gradient(x, target, (real)(1 - gap), (real)in_x, (real)in_target,
			     (real)(weight * a->scale * in_x), a->width, a->dx + i * a->width);
	return gap;
}

static double
run(const struct loss_args *a)
{
	double sum = 0;

	for (size_t i = 0; i < a->rows; i++)
		if (a->weight[i] > 0)
			sum += (double)a->weight[i] * run_row(a, i, (double)a->weight[i]);
	return sum;
}

const struct loss loss_cosine = {
	.name = "cosine",
	.title = "cosine of the logits",
	.doc = "One minus the cosine similarity of the student's logits and the teacher's, mean "
	       "over rows.",
	.formula = "1 - <z_s,z_t> / (|z_s| |z_t|);  gradient (cos z_s/|z_s| - z_t/|z_t|) / |z_s|",
	.reference = "Sanh et al. 2019, DistilBERT, section 2 (there on hidden states)",
	.needs = LOSS_LOGITS,
	.weight = offsetof(struct knobs, cosine_weight),
	.run = run,
};
