/* Windows that slide over maps: the geometry of convolution and pooling, and what stands under a
 * window as a row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_WINDOW_H
#define RETORT_NN_OPS_WINDOW_H

#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/real.h"
#include "retort/nn/tensor.h"

/*
 * Maps are [rows, height, width, channels]. A window of size x size starts every `stride` numbers,
 * the first one `padding` before the map; what it sees outside is 0. It never ends behind the
 * padding on the other side: positions on a side are (side + 2 padding - size) / stride + 1.
 */
struct window {
	size_t height, width, channels; /* of the map */
	size_t size, stride, padding;
	size_t down, across; /* positions of the window: height and width of what comes out */
};

/* The geometry over maps of shape `x` (rank 4). 0, or -1 and an error that names the measure. */
int window_make(struct window *w, const struct tensor *x, double size, double stride,
		double padding, struct err *e);

/* Where the window at `position` (0..down * across of a map) begins: row and column, less than 0 in
 * the padding. */
static inline void
window_at(const struct window *w, size_t position, ptrdiff_t *y, ptrdiff_t *x)
{
	*y = (ptrdiff_t)(position / w->across * w->stride) - (ptrdiff_t)w->padding;
	*x = (ptrdiff_t)(position % w->across * w->stride) - (ptrdiff_t)w->padding;
}

/* The part of a window's side, *from <= i < *to, that is inside of a map: begin + i is in 0..side.
 */
static inline void
window_clip(const struct window *w, ptrdiff_t begin, size_t side, size_t *from, size_t *to)
{
	ptrdiff_t room = (ptrdiff_t)side - begin;

	*to = room < 0 ? 0 : room < (ptrdiff_t)w->size ? (size_t)room : w->size;
	*from = begin < 0 ? (size_t)-begin : 0;
	*from = *from < *to ? *from : *to;
}

/*
 * Positions are counted through all maps of a batch: position / (down * across) is the row. For
 * `n` positions from `first` on, `patch` becomes [n, size * size * take]: what each window sees of
 * the channels begin..begin + take (0 outside), so that a convolution is a matrix product
 * (Chellapilla, Puri and Simard 2006). `x` is the first row of the batch.
 */
void window_gather(const struct window *w, const real *x, size_t begin, size_t take, size_t first,
		   size_t n, real *patch);

/* The transpose: every number of `patch` is added to where it was gathered from; what stood outside
 * is dropped. */
void window_scatter(const struct window *w, const real *patch, size_t begin, size_t take,
		    size_t first, size_t n, real *x);

#endif
