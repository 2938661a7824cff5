/* augment_rotate.c: rotation of images. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "retort/data/augment/augment.h"
#include "retort/data/augment/warp.h"

#define DEGREE 0.017453292519943295

/* Draw 0: the angle, symmetric around 0. */
static void
rotate_row(const struct augment_row *r)
{
	const struct dataset *ds = r->a->ds;
	double angle = (2 * rng_unit(r->rng, 0) - 1) * r->knobs->rotate_most * DEGREE,
	       c = cos(angle), s = sin(angle);
	double y = 0.5 * (double)(ds->height - 1), x = 0.5 * (double)(ds->width - 1);
	struct warp w = { .yy = c,
			  .yx = s,
			  .y0 = y - c * y - s * x,
			  .xy = -s,
			  .xx = c,
			  .x0 = x + s * y - c * x };

	warp_image(r->x, ds->height, ds->width, ds->channels, &w, r->spare);
	memcpy(r->x, r->spare, ds->d * sizeof *r->x);
}

const struct augment augment_rotate = {
	.name = "rotate",
	.kinds = 1u << DATASET_IMAGE,
	.doc = "Rotate an image about its centre.",
	.what = "images are rotated",
	.on = offsetof(struct knobs, rotate_most),
	.row = rotate_row,
};
