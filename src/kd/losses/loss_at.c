/* loss_at.c: attention transfer: squared difference of normalised attention maps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/vmath.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/kd/spatial.h"

/*
 * Mean over positions of (Q_s - Q_t)^2, Q = q / |q|: the form of the authors' programs; the paper
 * has the norm of the difference. With g = 2 (Q_s - Q_t) / positions the gradient of q is (g - Q_s
 * <g, Q_s>) / |q_s|; that of F is 2 F / channels times it, so one factor for all channels of a
 * position.
 */
static double
run(const struct loss_args *a)
{
	size_t places = a->width / a->channels;
	real *q = a->scratch, *gap = a->scratch + places;
	double sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		double weight = (double)a->weight[i] / (double)places;
		real norm, step;

		if (weight <= 0)
			continue;
		spatial_map(a->x + i * a->width, 1, places, a->channels, q, &norm);
		spatial_gap(q, a->target + i * places, places, gap);
		sum += weight * (double)vmath_dot(gap, gap, places);
		if (!a->grad_factor || norm <= 0)
			continue;
		step = (real)(weight * a->scale * 4 / (double)a->channels) / norm;
		spatial_back(q, gap, places, step, a->grad_factor + i * places);
	}
	return sum;
}

const struct loss loss_at = {
	.name = "at",
	.doc = "Attention transfer: mean squared difference of normalized attention maps, which "
	       "are channel means of squared activations.",
	.formula =
		"mean over positions of (Q_s - Q_t)^2, Q = q / |q|, q = mean over channels of F^2",
	.reference = "Zagoruyko and Komodakis 2017, Paying More Attention to Attention, eq. 2 with "
		     "p = 2, squared and as a mean",
	.needs = LOSS_MAP,
	.run = run,
};
