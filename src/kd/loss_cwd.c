/* loss_cwd.c: channel-wise distillation: every channel's softmax over places. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/loss.h"

static size_t
scratch(const struct loss_shape *s)
{
	return 5 * s->width;
}

/* A feature map by channel: places side by side. */
static void
turn(const real *f, size_t places, size_t channels, real *out)
{
	for (size_t p = 0; p < places; p++)
		for (size_t c = 0; c < channels; c++)
			out[c * places + p] = f[p * channels + c];
}

static void
add_gradient(const real *q, const real *p, size_t places, size_t channels, real step, real *dx)
{
	for (size_t i = 0; i < places; i++)
		for (size_t c = 0; c < channels; c++)
			dx[i * channels + c] += step * (q[c * places + i] - p[c * places + i]);
}

static double
run(const struct loss_args *a)
{
	size_t places = a->positions, channels = a->width / places, n = a->width;
	real *z = a->scratch, *log_q = z + n, *q = log_q + n, *log_p = q + n, *p = log_p + n;
	double t = a->knobs->cwd_temperature, sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		double weight = (double)a->weight[i] / (double)channels, value = 0;

		if (weight <= 0)
			continue;
		turn(a->x + i * n, places, channels, z);
		loss_softmax_rows(z, channels, places, t, log_q, q);
		turn(a->target + i * n, places, channels, z);
		loss_softmax_rows(z, channels, places, t, log_p, p);
		for (size_t k = 0; k < n; k++)
			value += (double)(p[k] * (log_p[k] - log_q[k]));
		sum += weight * t * t * value;
		if (a->dx)
			add_gradient(q, p, places, channels, (real)(weight * t * a->scale), a->dx + i * n);
	}
	return sum;
}

const struct loss loss_cwd = {
	.name = "cwd",
	.doc = "Channel-wise distillation: divergence of the softmax over places of every channel of two feature maps.",
	.formula = "T^2 / (B C) sum over channels of sum p log(p / q), p = softmax over places of f_t / T, q of f_s; T is cwd-temperature",
	.reference = "Shu et al. 2021, Channel-wise Knowledge Distillation for Dense Prediction, eq. 3 to 5",
	.needs = LOSS_LAYER | LOSS_IMAGE,
	.on = 1u << MODEL_HIDDEN,
	.scratch = scratch,
	.run = run,
};
