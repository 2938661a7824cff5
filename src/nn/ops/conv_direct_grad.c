/* conv_direct_grad.c: gradients of the weights, and of the input of depthwise, by plain loops. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ops/conv_direct_grad.h"

#include <string.h>

#include "retort/base/multi.h"
#include "retort/nn/ops/conv_block.h"

/* Add to the gradients of CONV_BLOCK_SPAN weights of a block their sums over a map, kept in
 * registers. The positions of dy are `pitch` numbers apart. */
MULTIVERSION static void
full_weight(const struct conv_direct *d, const real *u, const real *dy, size_t pitch, size_t first,
	    real *dw)
{
	size_t run = d->win.size * d->deep, step = d->win.stride * d->deep;
	size_t n = d->k - first < CONV_BLOCK_SPAN ? d->k - first : CONV_BLOCK_SPAN;
	const real *from[CONV_BLOCK_SPAN];
	conv_block_vector sum[CONV_BLOCK_SPAN];

	for (size_t s = 0; s < CONV_BLOCK_SPAN; s++) {
		size_t k = first + (s < n ? s : 0);

		from[s] = u + k / run * d->pitch + k % run;
		sum[s] = *(const conv_block_vector *)(dw + k * CONV_BLOCK_LANES);
	}
	for (size_t i = 0; i < d->win.down; i++) {
		size_t begin = i * d->win.stride * d->pitch;

		for (size_t at = 0; at < d->win.across; at++, dy += pitch)
			for (size_t s = 0; s < CONV_BLOCK_SPAN; s++)
				sum[s] +=
					*(const conv_block_vector *)dy * from[s][begin + at * step];
	}
	for (size_t s = 0; s < n; s++)
		*(conv_block_vector *)(dw + (first + s) * CONV_BLOCK_LANES) = sum[s];
}

/* Add the sum over a line of positions, CONV_BLOCK_DEEP of them at once; dy is 0 after the line. */
MULTIVERSION static void
depthwise_weight_line(const struct conv_direct *d, const real *restrict u, const real *restrict dy,
		      real *restrict dw)
{
	size_t step = d->win.stride * CONV_BLOCK_LANES;

	for (size_t at = 0; at < d->win.across; at += CONV_BLOCK_DEEP, u += CONV_BLOCK_DEEP * step,
		    dy += CONV_BLOCK_DEEP * CONV_BLOCK_LANES)
		for (size_t k = 0; k < d->win.size * CONV_BLOCK_LANES; k += CONV_BLOCK_LANES)
			for (size_t o = 0; o < CONV_BLOCK_LANES; o++)
				dw[k + o] += (u[k + o] * dy[o] +
					      u[step + k + o] * dy[CONV_BLOCK_LANES + o]) +
					     (u[2 * step + k + o] * dy[2 * CONV_BLOCK_LANES + o] +
					      u[3 * step + k + o] * dy[3 * CONV_BLOCK_LANES + o]);
}

/* Copy `lanes` channels of n positions of the gradient, padded with zeros to a block. */
static void
load_lanes(const struct conv_direct *d, const real *dy, size_t n, size_t lanes, real *line)
{
	for (size_t at = 0; at < n; at++, dy += d->out, line += CONV_BLOCK_LANES) {
		size_t k = 0;

		for (; k + 8 <= lanes; k += 8)
			memcpy(line + k, dy + k, 8 * sizeof *line);
		for (; k < lanes; k++)
			line[k] = dy[k];
		if (lanes < CONV_BLOCK_LANES)
			memset(line + lanes, 0, (CONV_BLOCK_LANES - lanes) * sizeof *line);
	}
}

void
conv_direct_grad_weight(const struct conv_direct *d, const real *x, const real *dy, real *scratch)
{
	real *line = conv_block_line(d, scratch);

	for (size_t block = 0; block < d->blocks; block++, dy += CONV_BLOCK_LANES) {
		size_t lanes = conv_block_lanes(d, block), across = d->win.across;
		bool whole = lanes == CONV_BLOCK_LANES;
		real *dw = conv_block_weights(d, scratch, block);

		if (d->depthwise || block == 0)
			conv_direct_pad(d, x, block, scratch);
		if (!d->depthwise && !whole)
			load_lanes(d, dy, d->win.down * across, lanes, line);
		for (size_t k = 0; !d->depthwise && k < d->k; k += CONV_BLOCK_SPAN)
			full_weight(d, scratch, whole ? dy : line,
				    whole ? d->out : CONV_BLOCK_LANES, k, dw);
		for (size_t i = 0; d->depthwise && i < d->win.down; i++) {
			load_lanes(d, dy + i * across * d->out, across, lanes, line);
			for (size_t k = 0; k < d->win.size; k++)
				depthwise_weight_line(
					d, scratch + (i * d->win.stride + k) * d->pitch, line,
					dw + k * d->win.size * CONV_BLOCK_LANES);
		}
	}
}

void
conv_direct_grad_sum(const struct conv_direct *d, const real *scratch, real *dw)
{
	const real *sum = scratch + d->map;

	for (size_t k = 0; k < d->k; k++)
		for (size_t o = 0; o < d->out; o++)
			dw[k * d->out + o] =
				sum[(o / CONV_BLOCK_LANES * d->k + k) * CONV_BLOCK_LANES +
				    o % CONV_BLOCK_LANES];
}

MULTIVERSION static void
depthwise_input_line(const struct conv_direct *d, const real *restrict dy, const real *restrict w,
		     real *restrict du)
{
	size_t step = d->win.stride * CONV_BLOCK_LANES;

	for (size_t k = 0; k < d->win.size * CONV_BLOCK_LANES; k += CONV_BLOCK_LANES)
		for (size_t at = 0; at < d->win.across; at++)
			for (size_t o = 0; o < CONV_BLOCK_LANES; o++)
				du[at * step + k + o] += dy[at * CONV_BLOCK_LANES + o] * w[k + o];
}

/* Add the padded map without its padding to dx. */
static void
add_map(const struct conv_direct *d, const real *scratch, size_t block, real *dx)
{
	const struct window *w = &d->win;
	size_t lanes = conv_block_lanes(d, block);

	for (size_t y = 0; y < w->height; y++)
		for (size_t x = 0; x < w->width; x++) {
			const real *from = scratch + (y + w->padding) * d->pitch +
					   (x + w->padding) * CONV_BLOCK_LANES;
			real *to = dx + (y * w->width + x) * w->channels + block * CONV_BLOCK_LANES;

			for (size_t o = 0; o < lanes; o++)
				to[o] += from[o];
		}
}

void
conv_direct_grad_input(const struct conv_direct *d, const real *dy, real *scratch, real *dx)
{
	real *line = conv_block_line(d, scratch);

	for (size_t block = 0; block < d->blocks; block++) {
		memset(scratch, 0, d->map * sizeof *scratch);
		for (size_t i = 0; i < d->win.down; i++) {
			real *du = scratch + i * d->win.stride * d->pitch;

			load_lanes(d, dy + i * d->win.across * d->out + block * CONV_BLOCK_LANES,
				   d->win.across, conv_block_lanes(d, block), line);
			for (size_t k = 0; k < d->win.size; k++, du += d->pitch)
				depthwise_input_line(d, line,
						     conv_block_weights(d, scratch, block) +
							     k * d->win.size * CONV_BLOCK_LANES,
						     du);
		}
		add_map(d, scratch, block, dx);
	}
}
