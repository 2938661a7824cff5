/* augment_crop.c: a part of an image, enlarged to full size. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/data/augment/augment.h"
#include "retort/data/augment/warp.h"

/* Draw 0: the share of a side that is cut; 1 and 2: the place of the rest. */
static void
crop_row(const struct augment_row *r)
{
	const struct dataset *ds = r->a->ds;
	double side = 1 - r->knobs->crop_most * rng_unit(r->rng, 0), rest = 1 - side,
	       centre = 0.5 * (side - 1);
	struct warp w = { .yy = side, .xx = side };

	w.y0 = centre + rng_unit(r->rng, 1) * rest * (double)ds->height;
	w.x0 = centre + rng_unit(r->rng, 2) * rest * (double)ds->width;
	warp_image(r->x, ds->height, ds->width, ds->channels, &w, r->spare);
	memcpy(r->x, r->spare, ds->d * sizeof *r->x);
}

const struct augment augment_crop = {
	.name = "crop",
	.kinds = 1u << DATASET_IMAGE,
	.doc = "Crop an image and enlarge the rest to full size.",
	.what = "images are cropped",
	.on = offsetof(struct knobs, crop_most),
	.row = crop_row,
};
