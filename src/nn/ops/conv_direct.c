/* conv_direct.c: convolution by plain loops, for few channels and for depthwise: plan and forward
 * pass. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ops/conv_direct.h"

#include <stdint.h>
#include <string.h>

#include "retort/base/multi.h"
#include "retort/nn/ops/conv_block.h"

#define SIDE \
	7 /* positions at once: enough sums in registers to keep the FMA units busy; divides 28 */
#define FEW 3 /* channels in: windows are so short that gathering costs more than the product */
#define SMALL \
	2048 /* channels in times out: gathering costs more than the kernels of a product gain */
#define ROOM 65536 /* numbers in a padded map: 256 KiB */

/* What a comparison of blocks gives. */
#ifdef RETORT_REAL_DOUBLE
typedef int64_t mask __attribute__((vector_size(CONV_BLOCK_LANES * sizeof(real)), may_alias));
#else
typedef int32_t mask __attribute__((vector_size(CONV_BLOCK_LANES * sizeof(real)), may_alias));
#endif

static size_t
round_up(size_t n)
{
	return (n + CONV_BLOCK_LANES - 1) / CONV_BLOCK_LANES * CONV_BLOCK_LANES;
}

/*
 * Always for depthwise: a product for each channel takes a hundred times as long. Else up to FEW
 * channels in, or up to SMALL, where the padded map stays in the cache.
 */
bool
conv_direct_plan(struct conv_direct *d, const struct window *w, size_t groups, size_t out)
{
	*d = (struct conv_direct){ .win = *w, .out = out, .depthwise = groups > 1 };
	d->deep = d->depthwise ? CONV_BLOCK_LANES : w->channels;
	d->pitch = (w->width + 2 * w->padding) * d->deep;
	d->map = round_up((w->height + 2 * w->padding) * d->pitch + SIDE * w->stride * d->deep +
			  CONV_BLOCK_SPAN);
	d->k = w->size * w->size * (d->depthwise ? 1 : w->channels);
	d->blocks = round_up(out) / CONV_BLOCK_LANES;
	d->scratch = d->map + CONV_BLOCK_LANES * (d->blocks * (d->k + 1) +
						  (d->depthwise ? w->across + CONV_BLOCK_DEEP
								: w->down * w->across));
	if (d->depthwise)
		return groups == w->channels && groups == out;
	return d->map <= ROOM && w->size > 1 && (w->channels <= FEW || w->channels * out <= SMALL);
}

void
conv_direct_begin(const struct conv_direct *d, const real *w, real *scratch)
{
	bool whole = w && d->out % CONV_BLOCK_LANES == 0; /* weights fill their blocks */

	memset(scratch, 0, (whole ? d->map : d->scratch) * sizeof *scratch);
	memset(conv_block_bias(d, scratch), 0, d->blocks * CONV_BLOCK_LANES * sizeof *scratch);
	for (size_t block = 0; w && block < d->blocks; block++) {
		real *to = conv_block_weights(d, scratch, block);
		const real *from = w + block * CONV_BLOCK_LANES;

		for (size_t k = 0; whole && k < d->k; k++)
			memcpy(to + k * CONV_BLOCK_LANES, from + k * d->out,
			       CONV_BLOCK_LANES * sizeof *to);
		for (size_t k = 0; !whole && k < d->k; k++)
			memcpy(to + k * CONV_BLOCK_LANES, from + k * d->out,
			       conv_block_lanes(d, block) * sizeof *to);
	}
}

bool
conv_direct_plan_back(const struct conv_direct *d, struct conv_direct *back)
{
	const struct window *w = &d->win;
	struct window turned = { .height = w->down,
				 .width = w->across,
				 .channels = d->out,
				 .size = w->size,
				 .stride = 1,
				 .padding = w->size - 1 - w->padding,
				 .down = w->height,
				 .across = w->width };

	return !d->depthwise && w->stride == 1 && w->padding < w->size &&
	       conv_direct_plan(back, &turned, 1, w->channels);
}

void
conv_direct_begin_back(const struct conv_direct *back, const real *w, real *scratch)
{
	size_t taps = back->win.size * back->win.size, out = back->win.channels;

	memset(scratch, 0, back->scratch * sizeof *scratch);
	for (size_t tap = 0; tap < taps; tap++)
		for (size_t c = 0; c < back->out; c++)
			for (size_t o = 0; o < out; o++)
				conv_block_weights(
					back, scratch,
					c / CONV_BLOCK_LANES)[(tap * out + o) * CONV_BLOCK_LANES +
							      c % CONV_BLOCK_LANES] =
					w[((taps - 1 - tap) * back->out + c) * out + o];
}

void
conv_direct_pad(const struct conv_direct *d, const real *x, size_t block, real *scratch)
{
	const struct window *w = &d->win;
	size_t lanes = conv_block_lanes(d, block);

	for (size_t y = 0; y < w->height; y++) {
		real *to = scratch + (y + w->padding) * d->pitch + w->padding * d->deep;
		const real *from = x + y * w->width * w->channels;

		if (!d->depthwise) {
			memcpy(to, from, w->width * w->channels * sizeof *to);
			continue;
		}
		for (size_t i = 0; i < w->width; i++) {
			memcpy(to + i * CONV_BLOCK_LANES,
			       from + i * w->channels + block * CONV_BLOCK_LANES,
			       lanes * sizeof *to);
			memset(to + i * CONV_BLOCK_LANES + lanes, 0,
			       (CONV_BLOCK_LANES - lanes) * sizeof *to);
		}
	}
}

/* Store the first `lanes` channels of a block. */
static MULTI_INLINE void
store_lanes(const conv_block_vector *from, size_t lanes, real *restrict to)
{
	const real *v = (const real *)from;
	size_t k = 0;

	if (lanes == CONV_BLOCK_LANES) {
		*(conv_block_vector *)to = *from;
		return;
	}
	for (; k + 8 <= lanes; k += 8)
		memcpy(to + k, v + k, 8 * sizeof *to);
	for (; k < lanes; k++)
		to[k] = v[k];
}

/* Compute one block of channels of a map, SIDE positions at once with their sums in registers. */
MULTIVERSION static void
full_forward(const struct conv_direct *d, const real *u, const real *w, const real *b, bool relu,
	     size_t lanes, real *y)
{
	size_t run = d->win.size * d->deep, step = d->win.stride * d->deep, across = d->win.across;

	for (size_t i = 0; i < d->win.down;
	     i++, u += d->win.stride * d->pitch, y += across * d->out)
		for (size_t at = 0; at < across; at += SIDE) {
			size_t n = across - at < SIDE ? across - at : SIDE;
			const real *v = u + at * step, *weight = w;
			conv_block_vector sum[SIDE];

			for (size_t s = 0; s < SIDE; s++)
				sum[s] = *(const conv_block_vector *)b;
			for (size_t line = 0; line < d->win.size; line++, v += d->pitch)
				for (size_t k = 0; k < run; k++, weight += CONV_BLOCK_LANES)
					for (size_t s = 0; s < SIDE; s++)
						sum[s] += *(const conv_block_vector *)weight *
							  v[s * step + k];
			for (size_t s = 0; relu && s < SIDE; s++)
				sum[s] = (conv_block_vector)((mask)sum[s] & (sum[s] > 0));
			for (size_t s = 0; s < n; s++)
				store_lanes(&sum[s], lanes, y + (at + s) * d->out);
		}
}

/* Add one line of windows to a line of positions, channel by channel, three numbers of every window
 * at once. */
static MULTI_INLINE void
depthwise_line(const struct conv_direct *d, const real *restrict u, const real *restrict w,
	       real *restrict y)
{
	size_t step = d->win.stride * CONV_BLOCK_LANES, k = 0;

	for (; k + 3 <= d->win.size; k += 3, u += 3 * CONV_BLOCK_LANES, w += 3 * CONV_BLOCK_LANES)
		for (size_t at = 0; at < d->win.across; at++)
			for (size_t o = 0; o < CONV_BLOCK_LANES; o++)
				y[at * CONV_BLOCK_LANES + o] +=
					u[at * step + o] * w[o] +
					u[at * step + CONV_BLOCK_LANES + o] *
						w[CONV_BLOCK_LANES + o] +
					u[at * step + 2 * CONV_BLOCK_LANES + o] *
						w[2 * CONV_BLOCK_LANES + o];
	for (; k < d->win.size; k++, u += CONV_BLOCK_LANES, w += CONV_BLOCK_LANES)
		for (size_t at = 0; at < d->win.across; at++)
			for (size_t o = 0; o < CONV_BLOCK_LANES; o++)
				y[at * CONV_BLOCK_LANES + o] += u[at * step + o] * w[o];
}

/* Compute one block of channels of one line of positions. */
MULTIVERSION static void
depthwise_forward(const struct conv_direct *d, const real *u, const real *w, const real *restrict b,
		  real *restrict y)
{
	for (size_t at = 0; at < d->win.across; at++)
		for (size_t o = 0; o < CONV_BLOCK_LANES; o++)
			y[at * CONV_BLOCK_LANES + o] = b[o];
	for (size_t i = 0; i < d->win.size; i++, u += d->pitch, w += d->win.size * CONV_BLOCK_LANES)
		depthwise_line(d, u, w, y);
}

void
conv_direct_forward(const struct conv_direct *d, const real *x, const real *b, bool relu,
		    real *scratch, real *y)
{
	real *bias = conv_block_bias(d, scratch), *line = conv_block_line(d, scratch);

	if (b)
		memcpy(bias, b, d->out * sizeof *b);
	for (size_t block = 0; block < d->blocks; block++) {
		const real *w = conv_block_weights(d, scratch, block);
		real *to = y + block * CONV_BLOCK_LANES;
		size_t lanes = conv_block_lanes(d, block);

		if (d->depthwise || block == 0)
			conv_direct_pad(d, x, block, scratch);
		if (!d->depthwise)
			full_forward(d, scratch, w, bias + block * CONV_BLOCK_LANES, relu, lanes,
				     to);
		for (size_t i = 0; d->depthwise && i < d->win.down; i++) {
			depthwise_forward(d, scratch + i * d->win.stride * d->pitch, w,
					  bias + block * CONV_BLOCK_LANES, line);
			for (size_t at = 0; at < d->win.across; at++, to += d->out)
				for (size_t o = 0; o < lanes; o++)
					to[o] = relu && !(line[at * CONV_BLOCK_LANES + o] > 0)
							? 0
							: line[at * CONV_BLOCK_LANES + o];
		}
	}
}
