/* loss_at_norm.c: attention transfer as in the paper: norm of the difference of attention maps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/vmath.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/kd/spatial.h"

/*
 * |Q_s - Q_t|, Q = q / |q|. With g = (Q_s - Q_t) / |Q_s - Q_t| the gradient of q is (g - Q_s <g,
 * Q_s>) / |q_s|; that of F is 2 F / channels times it, so one factor for all channels of a
 * position. Equal maps have gradient 0.
 */
static double
run(const struct loss_args *a)
{
	size_t places = a->width / a->channels;
	real *q = a->scratch, *gap = a->scratch + places;
	double sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		double weight = (double)a->weight[i];
		real norm, far, step;

		if (weight <= 0)
			continue;
		spatial_map(a->x + i * a->width, 1, places, a->channels, q, &norm);
		spatial_gap(q, a->target + i * places, places, gap);
		far = REAL_SQRT(vmath_dot(gap, gap, places));
		sum += weight * (double)far;
		if (!a->grad_factor || norm <= 0 || far <= 0)
			continue;
		step = (real)(weight * a->scale * 2 / (double)a->channels) / (norm * far);
		spatial_back(q, gap, places, step, a->grad_factor + i * places);
	}
	return sum;
}

const struct loss loss_at_norm = {
	.name = "at-norm",
	.doc = "Attention transfer as in the paper: norm of the difference of normalized attention "
	       "maps, which are channel means of squared activations.",
	.formula = "|Q_s - Q_t|, Q = q / |q|, q = mean over channels of F^2",
	.reference = "Zagoruyko and Komodakis 2017, Paying More Attention to Attention, eq. 2 with "
		     "p = 2, without the factor beta / 2",
	.needs = LOSS_MAP,
	.run = run,
};
