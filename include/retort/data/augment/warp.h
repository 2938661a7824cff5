/* Affine warps of images. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_AUGMENT_WARP_H
#define RETORT_DATA_AUGMENT_WARP_H

#include <stddef.h>

/* Source of the output pixel (y, x): (yy y + yx x + y0, xy y + xx x + x0), in pixels, whose centres
 * have integer coordinates. */
struct warp {
	double yy, yx, y0, xy, xx, x0;
};

/*
 * Warp an image [height,width,channels] into out. Bilinear between pixels; outside, the nearest
 * edge pixel is repeated, since edges show background and the mean of an image does not. Integer
 * coordinates copy pixels exactly.
 */
void warp_image(const float *image, size_t height, size_t width, size_t channels,
		const struct warp *w, float *out);

#endif
