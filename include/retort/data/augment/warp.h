/* Images seen through a linear map of their places. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_AUGMENT_WARP_H
#define RETORT_DATA_AUGMENT_WARP_H

#include <stddef.h>

/* Where what is shown at (y, x) comes from: (yy y + yx x + y0, xy y + xx x + x0), in pixels; their
 * centres are whole numbers. */
struct warp {
	double yy, yx, y0, xy, xx, x0;
};

/*
 * Image [height,width,channels] through `w` into out. Between pixels it is bilinear; outside, the
 * nearest pixel of the edge goes on, because background is what stands there, and the mean of an
 * image is not background. Whole pixels are copied exactly.
 */
void warp_image(const float *image, size_t height, size_t width, size_t channels,
		const struct warp *w, float *out);

#endif
