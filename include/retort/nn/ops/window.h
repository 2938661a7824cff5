/* Windows that slide over maps: the geometry of convolution and pooling, and gathering of windows
 * as rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_WINDOW_H
#define RETORT_NN_OPS_WINDOW_H

#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/real.h"
#include "retort/nn/tensor.h"

/*
 * Maps are [rows, height, width, channels]. A window of size x size starts every `stride` cells,
 * the first one `padding` before the map; cells outside of it are 0. It never reaches beyond the
 * padding on the other side: there are (side + 2 padding - size) / stride + 1 positions along a
 * side.
 */
struct window {
	size_t height, width, channels; /* of the map */
	size_t size, stride, padding;
	size_t down, across; /* positions of the window: height and width of the output */
};

/* Set the geometry for maps of shape `x` (rank 4). 0, or -1 and an error that names what is
 * invalid.
 */
int window_make(struct window *w, const struct tensor *x, double size, double stride,
		double padding, struct err *e);

/* Row and column of the first cell of the window at `position`, 0..down * across of a map; below 0
 * in the padding. */
static inline void
window_at(const struct window *w, size_t position, ptrdiff_t *y, ptrdiff_t *x)
{
	*y = (ptrdiff_t)(position / w->across * w->stride) - (ptrdiff_t)w->padding;
	*x = (ptrdiff_t)(position % w->across * w->stride) - (ptrdiff_t)w->padding;
}

/* The part *from <= i < *to of the side of a window that lies within the map: begin + i is in
 * 0..side. */
static inline void
window_clip(const struct window *w, ptrdiff_t begin, size_t side, size_t *from, size_t *to)
{
	ptrdiff_t room = (ptrdiff_t)side - begin;

	*to = room < 0 ? 0 : room < (ptrdiff_t)w->size ? (size_t)room : w->size;
	*from = begin < 0 ? (size_t)-begin : 0;
	*from = *from < *to ? *from : *to;
}

/*
 * Gather windows as rows, so that a convolution is a matrix product (Chellapilla, Puri and Simard
 * 2006): patch [n, size * size * take] are the channels begin..begin + take under the windows at
 * positions first..first + n, 0 outside of the map. Positions are counted over all maps of the
 * batch: position / (down * across) is the row. `x` is the first row of the batch.
 */
void window_gather(const struct window *w, const real *x, size_t begin, size_t take, size_t first,
		   size_t n, real *patch);

/* The transpose: add every number of `patch` to the cell it was gathered from; numbers outside of
 * the map are dropped. */
void window_scatter(const struct window *w, const real *patch, size_t begin, size_t take,
		    size_t first, size_t n, real *x);

#endif
