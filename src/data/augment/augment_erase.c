/* augment_erase.c: a patch of an image becomes the mean. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/augment/augment.h"

static size_t
side_length(double share, size_t n)
{
	size_t side = (size_t)(share * (double)n + 0.5);

	return side < 1 ? 1 : side > n ? n : side;
}

/* Draw 0: whether to erase; 1 and 2: the place. After scaling the mean of all pixels is 0. */
static void
erase_row(const struct augment_row *r)
{
	const struct dataset *ds = r->a->ds;
	size_t rows = side_length(r->knobs->erase_size, ds->height),
	       columns = side_length(r->knobs->erase_size, ds->width);
	size_t top = rng_below(r->rng, 1, (uint32_t)(ds->height - rows + 1));
	size_t left = rng_below(r->rng, 2, (uint32_t)(ds->width - columns + 1));

	if (rng_unit(r->rng, 0) >= r->knobs->erase_rate)
		return;
	for (size_t y = top; y < top + rows; y++)
		for (size_t i = left * ds->channels; i < (left + columns) * ds->channels; i++)
			r->x[y * ds->width * ds->channels + i] = 0;
}

const struct augment augment_erase = {
	.name = "erase",
	.kinds = 1u << DATASET_IMAGE,
	.doc = "Replace a patch of an image by the mean of all pixels.",
	.what = "patches of an image are erased",
	.on = offsetof(struct knobs, erase_rate),
	.row = erase_row,
};
