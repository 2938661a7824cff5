/* augment_shift.c: images moved by whole pixels. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/data/augment/augment.h"
#include "retort/data/augment/warp.h"

/* From -most to most, each as likely as another. */
static double
pixels(const struct augment_row *r, uint64_t draw)
{
	uint32_t most = (uint32_t)r->knobs->shift_most;

	return (double)rng_below(r->rng, draw, 2 * most + 1) - (double)most;
}

/* Draw 0: down; 1: along. */
static void
row(const struct augment_row *r)
{
	const struct dataset *ds = r->a->ds;
	struct warp w = { .yy = 1, .xx = 1, .y0 = -pixels(r, 0), .x0 = -pixels(r, 1) };

	warp_image(r->x, ds->height, ds->width, ds->channels, &w, r->spare);
	memcpy(r->x, r->spare, ds->d * sizeof *r->x);
}

const struct augment augment_shift = {
	.name = "shift",
	.kinds = 1u << DATASET_IMAGE,
	.doc = "An image is moved by whole pixels.",
	.what = "images are shifted",
	.on = offsetof(struct knobs, shift_most),
	.row = row,
};
