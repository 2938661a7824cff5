/* window.c: gathering of sliding windows into rows, and scattering back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ops/window.h"

#include <string.h>

#define MOST 4096 /* limit of size, stride and padding, so that their products do not overflow */

static int
check(const char *what, double is, double least, struct err *e)
{
	if (!(is >= least && is <= MOST))
		return err_set(e, "invalid %s %g (expected %g to %d)", what, is, least, MOST);
	return 0;
}

int
window_make(struct window *w, const struct tensor *x, double size, double stride, double padding,
	    struct err *e)
{
	if (x->rank != 4)
		return err_set(e,
			       "invalid input of rank %d (expected feature maps [rows, height, "
			       "width, channels])",
			       x->rank);
	if (check("window", size, 1, e) < 0 || check("stride", stride, 1, e) < 0 ||
	    check("padding", padding, 0, e) < 0)
		return -1;
	*w = (struct window){ .height = x->dim[1],
			      .width = x->dim[2],
			      .channels = x->dim[3],
			      .size = (size_t)size,
			      .stride = (size_t)stride,
			      .padding = (size_t)padding };
	if (w->height + 2 * w->padding < w->size || w->width + 2 * w->padding < w->size)
		return err_set(
			e, "a window of %zu x %zu does not fit a map of %zu x %zu with padding %zu",
			w->size, w->size, w->height, w->width, w->padding);
	w->down = (w->height + 2 * w->padding - w->size) / w->stride + 1;
	w->across = (w->width + 2 * w->padding - w->size) / w->stride + 1;
	return 0;
}

/* Address of line i of the window at (top, side), from its first column within the map. */
static size_t
line_at(const struct window *w, size_t row, ptrdiff_t top, ptrdiff_t side, size_t i, size_t left)
{
	size_t y = (size_t)(top + (ptrdiff_t)i), x = (size_t)(side + (ptrdiff_t)left);

	return ((row * w->height + y) * w->width + x) * w->channels;
}

/* Copy columns from..to of one line; `run` points at the first of them. */
static void
gather_line(const struct window *w, const real *run, size_t take, size_t from, size_t to,
	    real *restrict patch)
{
	memset(patch, 0, from * take * sizeof *patch);
	if (take == w->channels)
		memcpy(patch + from * take, run, (to - from) * take * sizeof *patch);
	else
		for (size_t i = from; i < to; i++)
			memcpy(patch + i * take, run + (i - from) * w->channels,
			       take * sizeof *patch);
	memset(patch + to * take, 0, (w->size - to) * take * sizeof *patch);
}

void
window_gather(const struct window *w, const real *x, size_t begin, size_t take, size_t first,
	      size_t n, real *patch)
{
	size_t area = w->down * w->across, line = w->size * take;

	for (size_t p = first; p < first + n; p++) {
		size_t up, low, left, right;
		ptrdiff_t top, side;

		window_at(w, p % area, &top, &side);
		window_clip(w, top, w->height, &up, &low);
		window_clip(w, side, w->width, &left, &right);
		for (size_t i = 0; i < w->size; i++, patch += line)
			if (i < up || i >= low || left == right)
				memset(patch, 0, line * sizeof *patch);
			else
				gather_line(w, x + begin + line_at(w, p / area, top, side, i, left),
					    take, left, right, patch);
	}
}

static void
scatter_line(const struct window *w, const real *restrict patch, size_t take, size_t n,
	     real *restrict run)
{
	if (take == w->channels) {
		for (size_t k = 0; k < n * take; k++)
			run[k] += patch[k];
		return;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < take; k++)
			run[i * w->channels + k] += patch[i * take + k];
}

void
window_scatter(const struct window *w, const real *patch, size_t begin, size_t take, size_t first,
	       size_t n, real *x)
{
	size_t area = w->down * w->across, line = w->size * take;

	for (size_t p = first; p < first + n; p++, patch += w->size * line) {
		size_t up, low, left, right;
		ptrdiff_t top, side;

		window_at(w, p % area, &top, &side);
		window_clip(w, top, w->height, &up, &low);
		window_clip(w, side, w->width, &left, &right);
		for (size_t i = up; i < low && left < right; i++)
			scatter_line(w, patch + i * line + left * take, take, right - left,
				     x + begin + line_at(w, p / area, top, side, i, left));
	}
}
