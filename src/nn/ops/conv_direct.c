/* conv_direct.c: convolution by plain loops, for few channels and for depthwise. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ops/conv_direct.h"

#include <stdint.h>
#include <string.h>

#include "retort/base/multi.h"

#define LANES 16 /* channels in a block: one or two vectors */
#define SIDE \
	7 /* positions at once: enough sums in registers to keep the FMA units busy; divides 28 */
#define SPAN 9 /* numbers of a window at once, for the weight gradient: a window of 3 x 3 */
#define DEEP 4 /* positions at once, depthwise */
#define FEW 3  /* channels in: windows are so short that gathering costs more than the product */
#define SMALL \
	2048 /* channels in times out: gathering costs more than the kernels of a product gain */
#define ROOM 65536 /* numbers in a padded map: 256 KiB */

/* A block of channels; several vectors on machines with narrower ones. */
typedef real vector
	__attribute__((vector_size(LANES * sizeof(real)), aligned(sizeof(real)), may_alias));
#ifdef RETORT_REAL_DOUBLE
typedef int64_t mask __attribute__((vector_size(LANES * sizeof(real)), may_alias));
#else
typedef int32_t mask __attribute__((vector_size(LANES * sizeof(real)), may_alias));
#endif

static size_t
round_up(size_t n)
{
	return (n + LANES - 1) / LANES * LANES;
}

/*
 * Always for depthwise: a product for each channel takes a hundred times as long. Else up to FEW
 * channels in, or up to SMALL, where the padded map stays in the cache.
 */
bool
conv_direct_plan(struct conv_direct *d, const struct window *w, size_t groups, size_t out)
{
	*d = (struct conv_direct){ .win = *w, .out = out, .depthwise = groups > 1 };
	d->deep = d->depthwise ? LANES : w->channels;
	d->pitch = (w->width + 2 * w->padding) * d->deep;
	d->map = round_up((w->height + 2 * w->padding) * d->pitch + SIDE * w->stride * d->deep +
			  SPAN);
	d->k = w->size * w->size * (d->depthwise ? 1 : w->channels);
	d->blocks = round_up(out) / LANES;
	d->scratch = d->map + LANES * (d->blocks * (d->k + 1) +
				       (d->depthwise ? w->across + DEEP : w->down * w->across));
	if (d->depthwise)
		return groups == w->channels && groups == out;
	return d->map <= ROOM && w->size > 1 && (w->channels <= FEW || w->channels * out <= SMALL);
}

/* The weights in scratch, after the map: [block, number of the window, LANES], padded with zeros
 * after the last channel. */
static real *
weights_at(const struct conv_direct *d, real *scratch, size_t block)
{
	return scratch + d->map + block * d->k * LANES;
}

static real *
bias_at(const struct conv_direct *d, real *scratch)
{
	return weights_at(d, scratch, d->blocks);
}

/* A line of the output or of its gradient in scratch, one block: [across + DEEP, LANES]; unless
 * depthwise, the whole gradient. */
static real *
line_at(const struct conv_direct *d, real *scratch)
{
	return bias_at(d, scratch) + d->blocks * LANES;
}

static size_t
lanes_of(const struct conv_direct *d, size_t block)
{
	size_t left = d->out - block * LANES;

	return left < LANES ? left : LANES;
}

void
conv_direct_begin(const struct conv_direct *d, const real *w, real *scratch)
{
	bool whole = w && d->out % LANES == 0; /* weights fill their blocks */

	memset(scratch, 0, (whole ? d->map : d->scratch) * sizeof *scratch);
	memset(bias_at(d, scratch), 0, d->blocks * LANES * sizeof *scratch);
	for (size_t block = 0; w && block < d->blocks; block++) {
		real *to = weights_at(d, scratch, block);
		const real *from = w + block * LANES;

		for (size_t k = 0; whole && k < d->k; k++)
			memcpy(to + k * LANES, from + k * d->out, LANES * sizeof *to);
		for (size_t k = 0; !whole && k < d->k; k++)
			memcpy(to + k * LANES, from + k * d->out, lanes_of(d, block) * sizeof *to);
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
				weights_at(back, scratch,
					   c / LANES)[(tap * out + o) * LANES + c % LANES] =
					w[((taps - 1 - tap) * back->out + c) * out + o];
}

/* Copy a map into the padded one; if depthwise, the channels of one block. */
static void
pad_map(const struct conv_direct *d, const real *x, size_t block, real *scratch)
{
	const struct window *w = &d->win;
	size_t lanes = lanes_of(d, block);

	for (size_t y = 0; y < w->height; y++) {
		real *to = scratch + (y + w->padding) * d->pitch + w->padding * d->deep;
		const real *from = x + y * w->width * w->channels;

		if (!d->depthwise) {
			memcpy(to, from, w->width * w->channels * sizeof *to);
			continue;
		}
		for (size_t i = 0; i < w->width; i++) {
			memcpy(to + i * LANES, from + i * w->channels + block * LANES,
			       lanes * sizeof *to);
			memset(to + i * LANES + lanes, 0, (LANES - lanes) * sizeof *to);
		}
	}
}

/* Store the first `lanes` channels of a block. */
static MULTI_INLINE void
store_lanes(const vector *from, size_t lanes, real *restrict to)
{
	const real *v = (const real *)from;
	size_t k = 0;

	if (lanes == LANES) {
		*(vector *)to = *from;
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
			vector sum[SIDE];

			for (size_t s = 0; s < SIDE; s++)
				sum[s] = *(const vector *)b;
			for (size_t line = 0; line < d->win.size; line++, v += d->pitch)
				for (size_t k = 0; k < run; k++, weight += LANES)
					for (size_t s = 0; s < SIDE; s++)
						sum[s] += *(const vector *)weight * v[s * step + k];
			for (size_t s = 0; relu && s < SIDE; s++)
				sum[s] = (vector)((mask)sum[s] & (sum[s] > 0));
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
	size_t step = d->win.stride * LANES, k = 0;

	for (; k + 3 <= d->win.size; k += 3, u += 3 * LANES, w += 3 * LANES)
		for (size_t at = 0; at < d->win.across; at++)
			for (size_t o = 0; o < LANES; o++)
				y[at * LANES + o] +=
					u[at * step + o] * w[o] +
					u[at * step + LANES + o] * w[LANES + o] +
					u[at * step + 2 * LANES + o] * w[2 * LANES + o];
	for (; k < d->win.size; k++, u += LANES, w += LANES)
		for (size_t at = 0; at < d->win.across; at++)
			for (size_t o = 0; o < LANES; o++)
				y[at * LANES + o] += u[at * step + o] * w[o];
}

/* Compute one block of channels of one line of positions. */
MULTIVERSION static void
depthwise_forward(const struct conv_direct *d, const real *u, const real *w, const real *restrict b,
		  real *restrict y)
{
	for (size_t at = 0; at < d->win.across; at++)
		for (size_t o = 0; o < LANES; o++)
			y[at * LANES + o] = b[o];
	for (size_t i = 0; i < d->win.size; i++, u += d->pitch, w += d->win.size * LANES)
		depthwise_line(d, u, w, y);
}

void
conv_direct_forward(const struct conv_direct *d, const real *x, const real *b, bool relu,
		    real *scratch, real *y)
{
	real *bias = bias_at(d, scratch), *line = line_at(d, scratch);

	if (b)
		memcpy(bias, b, d->out * sizeof *b);
	for (size_t block = 0; block < d->blocks; block++) {
		const real *w = weights_at(d, scratch, block);
		real *to = y + block * LANES;
		size_t lanes = lanes_of(d, block);

		if (d->depthwise || block == 0)
			pad_map(d, x, block, scratch);
		if (!d->depthwise)
			full_forward(d, scratch, w, bias + block * LANES, relu, lanes, to);
		for (size_t i = 0; d->depthwise && i < d->win.down; i++) {
			depthwise_forward(d, scratch + i * d->win.stride * d->pitch, w,
					  bias + block * LANES, line);
			for (size_t at = 0; at < d->win.across; at++, to += d->out)
				for (size_t o = 0; o < lanes; o++)
					to[o] = relu && !(line[at * LANES + o] > 0)
							? 0
							: line[at * LANES + o];
		}
	}
}

/* Add to the gradients of SPAN weights of a block their sums over a map, kept in registers. The
 * positions of dy are `pitch` numbers apart. */
MULTIVERSION static void
full_weight(const struct conv_direct *d, const real *u, const real *dy, size_t pitch, size_t first,
	    real *dw)
{
	size_t run = d->win.size * d->deep, step = d->win.stride * d->deep;
	size_t n = d->k - first < SPAN ? d->k - first : SPAN;
	const real *from[SPAN];
	vector sum[SPAN];

	for (size_t s = 0; s < SPAN; s++) {
		size_t k = first + (s < n ? s : 0);

		from[s] = u + k / run * d->pitch + k % run;
		sum[s] = *(const vector *)(dw + k * LANES);
	}
	for (size_t i = 0; i < d->win.down; i++) {
		size_t begin = i * d->win.stride * d->pitch;

		for (size_t at = 0; at < d->win.across; at++, dy += pitch)
			for (size_t s = 0; s < SPAN; s++)
				sum[s] += *(const vector *)dy * from[s][begin + at * step];
	}
	for (size_t s = 0; s < n; s++)
		*(vector *)(dw + (first + s) * LANES) = sum[s];
}

/* Add the sum over a line of positions, DEEP of them at once; dy is 0 after the line. */
MULTIVERSION static void
depthwise_weight_line(const struct conv_direct *d, const real *restrict u, const real *restrict dy,
		      real *restrict dw)
{
	size_t step = d->win.stride * LANES;

	for (size_t at = 0; at < d->win.across; at += DEEP, u += DEEP * step, dy += DEEP * LANES)
		for (size_t k = 0; k < d->win.size * LANES; k += LANES)
			for (size_t o = 0; o < LANES; o++)
				dw[k + o] += (u[k + o] * dy[o] + u[step + k + o] * dy[LANES + o]) +
					     (u[2 * step + k + o] * dy[2 * LANES + o] +
					      u[3 * step + k + o] * dy[3 * LANES + o]);
}

/* Copy `lanes` channels of n positions of the gradient, padded with zeros to a block. */
static void
load_lanes(const struct conv_direct *d, const real *dy, size_t n, size_t lanes, real *line)
{
	for (size_t at = 0; at < n; at++, dy += d->out, line += LANES) {
		size_t k = 0;

		for (; k + 8 <= lanes; k += 8)
			memcpy(line + k, dy + k, 8 * sizeof *line);
		for (; k < lanes; k++)
			line[k] = dy[k];
		if (lanes < LANES)
			memset(line + lanes, 0, (LANES - lanes) * sizeof *line);
	}
}

void
conv_direct_weight(const struct conv_direct *d, const real *x, const real *dy, real *scratch)
{
	real *line = line_at(d, scratch);

	for (size_t block = 0; block < d->blocks; block++, dy += LANES) {
		size_t lanes = lanes_of(d, block), across = d->win.across;
		bool whole = lanes == LANES;
		real *dw = weights_at(d, scratch, block);

		if (d->depthwise || block == 0)
			pad_map(d, x, block, scratch);
		if (!d->depthwise && !whole)
			load_lanes(d, dy, d->win.down * across, lanes, line);
		for (size_t k = 0; !d->depthwise && k < d->k; k += SPAN)
			full_weight(d, scratch, whole ? dy : line, whole ? d->out : LANES, k, dw);
		for (size_t i = 0; d->depthwise && i < d->win.down; i++) {
			load_lanes(d, dy + i * across * d->out, across, lanes, line);
			for (size_t k = 0; k < d->win.size; k++)
				depthwise_weight_line(d,
						      scratch + (i * d->win.stride + k) * d->pitch,
						      line, dw + k * d->win.size * LANES);
		}
	}
}

void
conv_direct_sum(const struct conv_direct *d, const real *scratch, real *dw)
{
	const real *sum = scratch + d->map;

	for (size_t k = 0; k < d->k; k++)
		for (size_t o = 0; o < d->out; o++)
			dw[k * d->out + o] = sum[(o / LANES * d->k + k) * LANES + o % LANES];
}

MULTIVERSION static void
depthwise_input_line(const struct conv_direct *d, const real *restrict dy, const real *restrict w,
		     real *restrict du)
{
	size_t step = d->win.stride * LANES;

	for (size_t k = 0; k < d->win.size * LANES; k += LANES)
		for (size_t at = 0; at < d->win.across; at++)
			for (size_t o = 0; o < LANES; o++)
				du[at * step + k + o] += dy[at * LANES + o] * w[k + o];
}

/* Add the padded map without its padding to dx. */
static void
add_map(const struct conv_direct *d, const real *scratch, size_t block, real *dx)
{
	const struct window *w = &d->win;
	size_t lanes = lanes_of(d, block);

	for (size_t y = 0; y < w->height; y++)
		for (size_t x = 0; x < w->width; x++) {
			const real *from =
				scratch + (y + w->padding) * d->pitch + (x + w->padding) * LANES;
			real *to = dx + (y * w->width + x) * w->channels + block * LANES;

			for (size_t o = 0; o < lanes; o++)
				to[o] += from[o];
		}
}

void
conv_direct_input(const struct conv_direct *d, const real *dy, real *scratch, real *dx)
{
	real *line = line_at(d, scratch);

	for (size_t block = 0; block < d->blocks; block++) {
		memset(scratch, 0, d->map * sizeof *scratch);
		for (size_t i = 0; i < d->win.down; i++) {
			real *du = scratch + i * d->win.stride * d->pitch;

			load_lanes(d, dy + i * d->win.across * d->out + block * LANES,
				   d->win.across, lanes_of(d, block), line);
			for (size_t k = 0; k < d->win.size; k++, du += d->pitch)
				depthwise_input_line(d, line,
						     weights_at(d, scratch, block) +
							     k * d->win.size * LANES,
						     du);
		}
		add_map(d, scratch, block, dx);
	}
}
