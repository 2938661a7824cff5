/* loss_at.c: attention transfer: where on the map the activations are large. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/loss.h"

/* q = the mean over channels of F^2 for each place; returns the norm of q over the places. */
static real
map_of(const real *f, size_t places, size_t channels, real *q)
{
	real norm = 0;

	for (size_t p = 0; p < places; p++) {
		real sum = 0;

		for (size_t c = 0; c < channels; c++)
			sum += f[p * channels + c] * f[p * channels + c];
		q[p] = sum / (real)channels;
		norm += q[p] * q[p];
	}
	return REAL_SQRT(norm);
}

/*
 * The mean over places of (Q_s - Q_t)^2, Q = q / |q|: the form of the authors' programs, which differs from the
 * paper's norm of the difference by a root and a factor. With g = 2 (Q_s - Q_t) / places the gradient of q is
 * (g - Q_s <g, Q_s>) / |q_s|, that of F is 2 F / channels times it. A map of zeros has no direction: it counts as zeros.
 */
static double
run(const struct loss_args *a)
{
	size_t places = a->width / a->channels;
	real *q = a->scratch, *t = a->scratch + places;
	double sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		const real *x = a->x + i * a->width;
		real norm = map_of(x, places, a->channels, q), t_norm, along = 0, value = 0, step;

		t_norm = map_of(a->target + i * places * a->t_channels, places, a->t_channels, t);
		for (size_t p = 0; p < places; p++) {
			q[p] = norm > 0 ? q[p] / norm : 0;
			t[p] = q[p] - (t_norm > 0 ? t[p] / t_norm : 0);
			value += t[p] * t[p];
			along += t[p] * q[p];
		}
		sum += (double)a->weight[i] * (double)value / (double)places;
		if (!a->dx || norm <= 0)
			continue;
		step = (real)((double)a->weight[i] * a->scale * 4 / ((double)places * (double)a->channels)) / norm;
		for (size_t p = 0; p < places; p++)
			for (size_t c = 0; c < a->channels; c++)
				a->dx[i * a->width + p * a->channels + c] += step * (t[p] - q[p] * along) * x[p * a->channels + c];
	}
	return sum;
}

const struct loss loss_at = {
	.name = "at",
	.doc = "Attention transfer: squared difference of the normalised maps of mean squared activation of two feature maps.",
	.formula = "mean over places of (Q_s - Q_t)^2, Q = q / |q|, q = mean over channels of F^2",
	.reference = "Zagoruyko and Komodakis 2017, Paying More Attention to Attention, eq. 2 with p = 2, squared and as a mean",
	.needs = LOSS_MAP,
	.run = run,
};
