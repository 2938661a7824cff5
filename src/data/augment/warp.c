/* warp.c: affine warps of images. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/augment/warp.h"

#include <math.h>

/* The two pixels around a coordinate, clamped to the edges, and its fraction from first to second.
 */
static void
find_neighbours(double at, size_t n, size_t *low, size_t *high, float *share)
{
	double most = (double)(n - 1);

	at = at < 0 ? 0 : at > most ? most : at;
	*low = (size_t)at;
	*high = *low + 1 < n ? *low + 1 : *low;
	*share = (float)(at - (double)*low);
}

static float
interpolate(float a, float b, float share)
{
	return share > 0 ? a + share * (b - a) : a;
}

void
warp_image(const float *image, size_t height, size_t width, size_t channels, const struct warp *w,
	   float *out)
{
	for (size_t y = 0; y < height; y++)
		for (size_t x = 0; x < width; x++, out += channels) {
			size_t top, bottom, left, right;
			float down, along;

			find_neighbours(w->yy * (double)y + w->yx * (double)x + w->y0, height, &top,
					&bottom, &down);
			find_neighbours(w->xy * (double)y + w->xx * (double)x + w->x0, width, &left,
					&right, &along);
			for (size_t c = 0; c < channels; c++) {
				const float *from = image + c;
				float above =
					interpolate(from[(top * width + left) * channels],
						    from[(top * width + right) * channels], along);
				float below = interpolate(from[(bottom * width + left) * channels],
							  from[(bottom * width + right) * channels],
							  along);

				out[c] = interpolate(above, below, down);
			}
		}
}
