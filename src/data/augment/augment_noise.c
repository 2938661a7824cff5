/* augment_noise.c: normal noise on numbers and pixels. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/augment/augment.h"

static void
noise_row(const struct augment_row *r)
{
	for (size_t c = 0; c < r->a->ds->d; c++)
		r->x[c] += (float)(r->knobs->noise_spread * rng_normal(r->rng, c));
}

const struct augment augment_noise = {
	.name = "noise",
	.kinds = 1u << DATASET_NUMBERS | 1u << DATASET_IMAGE,
	.doc = "Add normal noise to each number or pixel.",
	.what = "noise is added to numbers and pixels",
	.on = offsetof(struct knobs, noise_spread),
	.row = noise_row,
};
