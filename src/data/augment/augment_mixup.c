/* augment_mixup.c: convex combinations of two rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "retort/data/augment/augment.h"

/* A gamma variate of shape `alpha` (Marsaglia and Tsang 2000), from draws *at and up. */
static double
draw_gamma(double alpha, struct rng rng, uint64_t *at)
{
	double d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3, c = 1 / sqrt(9 * d), v, z, factor = 1;

	if (alpha < 1)
		factor = pow(1 - rng_unit(rng, (*at)++), 1 / alpha);
	for (;;) {
		double u;

		*at += *at & 1; /* a normal uses the draws 2i and 2i + 1 */
		z = rng_normal(rng, *at / 2);
		u = 1 - rng_unit(rng, *at + 2);
		*at += 3;
		v = 1 + c * z;
		v = v * v * v;
		if (v > 0 && log(u) < 0.5 * z * z + d - d * v + d * log(v))
			return factor * d * v;
	}
}

/* The mixing weight: Beta(alpha, alpha), folded to at least 1/2, so that a row remains mostly
 * itself. */
static double
draw_share(double alpha, struct rng rng, uint64_t *at)
{
	double a = draw_gamma(alpha, rng, at), b = draw_gamma(alpha, rng, at),
	       share = a + b > 0 ? a / (a + b) : 1;

	return share < 0.5 ? 1 - share : share;
}

static void
mix_numbers(float *a, float *b, size_t n, float share)
{
	for (size_t i = 0; i < n; i++) {
		float was = a[i];

		a[i] = share * was + (1 - share) * b[i];
		b[i] = share * b[i] + (1 - share) * was;
	}
}

static void
mix_rows(struct batch *b, size_t i, size_t k, double share)
{
	size_t d = batch_width(b, BATCH_INPUT);
	float *x = batch_f32(b, BATCH_INPUT), *label = batch_f32(b, BATCH_LABEL_WEIGHT),
	      *row = batch_f32(b, BATCH_ROW_WEIGHT);
	float *part = batch_f32(b, BATCH_LABEL_SHARE);

	mix_numbers(x + i * d, x + k * d, d, (float)share);
	mix_numbers(label + i, label + k, 1, (float)share);
	mix_numbers(row + i, row + k, 1, (float)share);
	batch_i32(b, BATCH_OTHER_LABEL)[i] = batch_i32(b, BATCH_LABEL)[k];
	batch_i32(b, BATCH_OTHER_LABEL)[k] = batch_i32(b, BATCH_LABEL)[i];
	part[i] = part[k] = (float)share;
}

/*
 * Labelled rows are mixed with labelled ones, the others with the others, so that a mixture has
 * either two labels or none. A batch is in random order, so neighbours are paired; a row without a
 * partner stays unchanged. The random stream of a pair is that of its first row.
 */
static void
mix_batch(const struct knobs *k, struct rng rng, struct batch *b)
{
	const float *weight = batch_f32(b, BATCH_LABEL_WEIGHT);
	size_t waits[2] = { SIZE_MAX, SIZE_MAX };

	for (size_t i = 0; i < b->rows; i++) {
		size_t *first = &waits[weight[i] > 0];
		struct rng pair;
		uint64_t at = 1;

		if (*first == SIZE_MAX) {
			*first = i;
			continue;
		}
		pair = rng_stream(rng.key, "mixup", (uint64_t)batch_i32(b, BATCH_DRAW)[*first], 0);
		if (rng_unit(pair, 0) < k->mixup_rate)
			mix_rows(b, *first, i, draw_share(k->mixup_alpha, pair, &at));
		*first = SIZE_MAX;
	}
}

const struct augment augment_mixup = {
	.name = "mixup",
	.kinds = 1u << DATASET_NUMBERS | 1u << DATASET_IMAGE,
	.doc = "Replace two rows by two convex combinations of them and of their labels.",
	.what = "numbers and pixels of two rows are mixed",
	.on = offsetof(struct knobs, mixup_rate),
	.batch = mix_batch,
};
