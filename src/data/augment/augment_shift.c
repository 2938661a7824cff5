/* augment_shift.c: translation of images by whole pixels. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/data/augment/augment.h"
#include "retort/data/augment/warp.h"

/* Uniform in -most..most. */
static double
draw_offset(const struct augment_row *r, uint64_t draw)
{
	uint32_t most = (uint32_t)r->knobs->shift_most;

	return (double)rng_below(r->rng, draw, 2 * most + 1) - (double)most;
}

/* Draw 0: vertical; 1: horizontal. */
static void
shift_row(const struct augment_row *r)
{
	const struct dataset *ds = r->a->ds;
	struct warp w = { .yy = 1, .xx = 1, .y0 = -draw_offset(r, 0), .x0 = -draw_offset(r, 1) };

	warp_image(r->x, ds->height, ds->width, ds->channels, &w, r->spare);
	memcpy(r->x, r->spare, ds->d * sizeof *r->x);
}

const struct augment augment_shift = {
	.name = "shift",
	.kinds = 1u << DATASET_IMAGE,
	.doc = "Shift an image by whole pixels.",
	.what = "images are shifted",
	.on = offsetof(struct knobs, shift_most),
	.row = shift_row,
};
