/* loss_cwd.c: channel-wise distillation: softmax of each channel over positions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/base/multi.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/kd/losses/loss_table.h"

#define LANES 8

static size_t
scratch(const struct loss_shape *s)
{
	return 4 * s->width + 2 * s->channels;
}

/* out = (f - largest of its channel) beta. */
MULTIVERSION static void
shift_channels(const real *restrict f, size_t places, size_t channels, real beta,
	       real *restrict most, real *restrict out)
{
	memcpy(most, f, channels * sizeof *most);
	for (size_t p = 1; p < places; p++)
		for (size_t c = 0; c < channels; c++)
			most[c] = f[p * channels + c] > most[c] ? f[p * channels + c] : most[c];
	for (size_t p = 0; p < places; p++)
		for (size_t c = 0; c < channels; c++)
			out[p * channels + c] = (f[p * channels + c] - most[c]) * beta;
}

MULTIVERSION static void
normalise_channels(size_t places, size_t channels, real *restrict sum, real *restrict over,
		   real *restrict log_p, real *restrict p)
{
	memset(sum, 0, channels * sizeof *sum);
	for (size_t i = 0; i < places; i++)
		for (size_t c = 0; c < channels; c++)
			sum[c] += p[i * channels + c];
	for (size_t c = 0; c < channels; c++) {
		over[c] = 1 / sum[c];
		sum[c] = REAL_LOG(sum[c]);
	}
	for (size_t i = 0; i < places; i++)
		for (size_t c = 0; c < channels; c++) {
			log_p[i * channels + c] -= sum[c];
			p[i * channels + c] *= over[c];
		}
}

/* Softmax over positions, for each channel. Channels are innermost, so that loops over them
 * vectorise. */
static void
softmax_channels(const real *f, size_t places, size_t channels, double temperature, real *column,
		 real *log_p, real *p)
{
	shift_channels(f, places, channels, (real)(1 / temperature), column, log_p);
	vmath_exp(log_p, places * channels, p);
	normalise_channels(places, channels, column, column + channels, log_p, p);
}

MULTIVERSION static double
divergence(const real *restrict p, const real *restrict log_p, const real *restrict log_q, size_t n)
{
	double lane[LANES] = { 0 }, sum = 0;
	size_t i = 0;

	for (; i + LANES <= n; i += LANES)
		for (size_t k = 0; k < LANES; k++)
			lane[k] += (double)(p[i + k] * (log_p[i + k] - log_q[i + k]));
	for (; i < n; i++)
		sum += (double)(p[i] * (log_p[i] - log_q[i]));
	for (size_t k = 0; k < LANES; k++)
		sum += lane[k];
	return sum;
}

MULTIVERSION static void
add_gradient(const real *restrict q, const real *restrict p, size_t n, real step, real *restrict dx)
{
	for (size_t i = 0; i < n; i++)
		dx[i] += step * (q[i] - p[i]);
}

static double
run(const struct loss_args *a)
{
	size_t places = a->positions, channels = a->width / places, n = a->width;
	real *log_q = a->scratch, *q = log_q + n, *log_p = q + n, *p = log_p + n, *column = p + n;
	double t = a->knobs->cwd_temperature, sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		double weight = (double)a->weight[i] / (double)channels;

		if (weight <= 0)
			continue;
		softmax_channels(a->x + i * n, places, channels, t, column, log_q, q);
		softmax_channels(a->target + i * n, places, channels, t, column, log_p, p);
		sum += weight * t * t * divergence(p, log_p, log_q, n);
		if (a->dx)
			add_gradient(q, p, n, (real)(weight * t * a->scale), a->dx + i * n);
	}
	return sum;
}

const struct loss loss_cwd = {
	.name = "cwd",
	.doc = "Channel-wise distillation: KL divergence between the softmax over positions of "
	       "each channel of two feature maps.",
	.formula = "T^2 / (B C) sum over channels of sum p log(p / q), p = softmax over positions "
		   "of f_t / T, q of f_s / T; T is cwd-temperature",
	.reference = "Shu et al. 2021, Channel-wise Knowledge Distillation for Dense Prediction, "
		     "eq. 3 to 5",
	.needs = LOSS_LAYER | LOSS_IMAGE,
	.on = 1u << MODEL_HIDDEN,
	.scratch = scratch,
	.run = run,
};
