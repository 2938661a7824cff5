/* direct.c: convolution by plain loops, for few channels and for depthwise. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/engine/direct.h"

#include <string.h>

#include "retort/base/multi.h"

#define LANES 16   /* channels in a block: one or two vectors */
#define SIDE 4     /* positions at once */
#define FEW 3      /* channels in: a window is so short that gathering it costs more than the product */
#define SMALL 128  /* channels in times channels out: the product's kernels run half empty */
#define ROOM 65536 /* numbers of a padded map: a quarter of a megabyte */

static size_t
round_up(size_t n)
{
	return (n + LANES - 1) / LANES * LANES;
}

/*
 * Depthwise always: a product for each channel takes a hundred times as long. Else up to FEW channels
 * in, or SMALL, where the padded map stays in the cache.
 */
bool
direct_plan(struct direct *d, const struct window *w, size_t groups, size_t out)
{
	*d = (struct direct){ .win = *w, .out = out, .depthwise = groups > 1 };
	d->deep = d->depthwise ? LANES : w->channels;
	d->pitch = (w->width + 2 * w->padding) * d->deep;
	d->map = round_up((w->height + 2 * w->padding) * d->pitch + SIDE * w->stride * d->deep);
	d->k = w->size * w->size * (d->depthwise ? 1 : w->channels);
	d->blocks = round_up(out) / LANES;
	d->scratch = d->map + LANES * (d->blocks * (d->k + 1) + w->across + SIDE);
	if (d->depthwise)
		return groups == w->channels && groups == out;
	return d->map <= ROOM && w->size > 1 && (w->channels <= FEW || w->channels * out <= SMALL);
}

/* Behind the map: weights, [block, number of the window, LANES], with zeros behind the last channel. */
static real *
weights_at(const struct direct *d, real *scratch, size_t block)
{
	return scratch + d->map + block * d->k * LANES;
}

static real *
bias_at(const struct direct *d, real *scratch)
{
	return weights_at(d, scratch, d->blocks);
}

/* One block of a line of what comes out, or of its gradient: [across + SIDE, LANES]. */
static real *
line_at(const struct direct *d, real *scratch)
{
	return bias_at(d, scratch) + d->blocks * LANES;
}

void
direct_begin(const struct direct *d, const real *w, real *scratch)
{
	memset(scratch, 0, d->scratch * sizeof *scratch);
	for (size_t k = 0; w && k < d->k; k++)
		for (size_t o = 0; o < d->out; o++)
			weights_at(d, scratch, o / LANES)[k * LANES + o % LANES] = w[k * d->out + o];
}

static size_t
lanes_of(const struct direct *d, size_t block)
{
	size_t left = d->out - block * LANES;

	return left < LANES ? left : LANES;
}

/* The map inside its padding; of a depthwise one, the channels of one block. */
static void
pad(const struct direct *d, const real *x, size_t block, real *scratch)
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
			memcpy(to + i * LANES, from + i * w->channels + block * LANES, lanes * sizeof *to);
			memset(to + i * LANES + lanes, 0, (LANES - lanes) * sizeof *to);
		}
	}
}

/* One line of windows into a line of positions, three numbers of every window at once. */
static MULTI_INLINE void
full_line(const struct direct *d, const real *restrict u, const real *restrict w, real *restrict y)
{
	size_t run = d->win.size * d->deep, step = d->win.stride * d->deep, k = 0;

	for (; k + 3 <= run; k += 3, w += 3 * LANES)
		for (size_t at = 0; at < d->win.across; at++) {
			real a = u[at * step + k], b = u[at * step + k + 1], c = u[at * step + k + 2];

			for (size_t o = 0; o < LANES; o++)
				y[at * LANES + o] += a * w[o] + b * w[LANES + o] + c * w[2 * LANES + o];
		}
	for (; k < run; k++, w += LANES)
		for (size_t at = 0; at < d->win.across; at++)
			for (size_t o = 0; o < LANES; o++)
				y[at * LANES + o] += u[at * step + k] * w[o];
}

/* The same, each channel of the map in its own. */
static MULTI_INLINE void
deep_line(const struct direct *d, const real *restrict u, const real *restrict w, real *restrict y)
{
	size_t step = d->win.stride * LANES, k = 0;

	for (; k + 3 <= d->win.size; k += 3, u += 3 * LANES, w += 3 * LANES)
		for (size_t at = 0; at < d->win.across; at++)
			for (size_t o = 0; o < LANES; o++)
				y[at * LANES + o] += u[at * step + o] * w[o] +
						     u[at * step + LANES + o] * w[LANES + o] +
						     u[at * step + 2 * LANES + o] * w[2 * LANES + o];
	for (; k < d->win.size; k++, u += LANES, w += LANES)
		for (size_t at = 0; at < d->win.across; at++)
			for (size_t o = 0; o < LANES; o++)
				y[at * LANES + o] += u[at * step + o] * w[o];
}

/* One block of channels of one line of positions. */
MULTIVERSION static void
forward_line(const struct direct *d, const real *u, const real *w, const real *restrict b, real *restrict y)
{
	size_t run = d->win.size * (d->depthwise ? LANES : d->deep * LANES);

	for (size_t at = 0; at < d->win.across; at++)
		for (size_t o = 0; o < LANES; o++)
			y[at * LANES + o] = b[o];
	for (size_t i = 0; i < d->win.size; i++, u += d->pitch, w += run)
		if (d->depthwise)
			deep_line(d, u, w, y);
		else
			full_line(d, u, w, y);
}

void
direct_forward(const struct direct *d, const real *x, const real *b, real *scratch, real *y)
{
	real *bias = bias_at(d, scratch), *line = line_at(d, scratch);

	if (b)
		memcpy(bias, b, d->out * sizeof *b);
	for (size_t block = 0; block < d->blocks; block++) {
		real *to = y + block * LANES;
		size_t lanes = lanes_of(d, block);

		if (d->depthwise || block == 0)
			pad(d, x, block, scratch);
		for (size_t i = 0; i < d->win.down; i++) {
			forward_line(d, scratch + i * d->win.stride * d->pitch, weights_at(d, scratch, block),
				     bias + block * LANES, line);
			for (size_t at = 0; at < d->win.across; at++, to += d->out)
				memcpy(to, line + at * LANES, lanes * sizeof *to);
		}
	}
}

/* The sum over a line of positions, SIDE of them at once. Behind the line its gradient dy is 0. */
MULTIVERSION static void
full_weight_line(const struct direct *d, const real *restrict u, const real *restrict dy, real *restrict dw)
{
	size_t run = d->win.size * d->deep, step = d->win.stride * d->deep;

	for (size_t at = 0; at < d->win.across; at += SIDE, u += SIDE * step, dy += SIDE * LANES)
		for (size_t k = 0; k < run; k++) {
			real a = u[k], b = u[step + k], c = u[2 * step + k], e = u[3 * step + k];

			for (size_t o = 0; o < LANES; o++)
				dw[k * LANES + o] += (a * dy[o] + b * dy[LANES + o]) +
						     (c * dy[2 * LANES + o] + e * dy[3 * LANES + o]);
		}
}

MULTIVERSION static void
deep_weight_line(const struct direct *d, const real *restrict u, const real *restrict dy, real *restrict dw)
{
	size_t step = d->win.stride * LANES;

	for (size_t at = 0; at < d->win.across; at += SIDE, u += SIDE * step, dy += SIDE * LANES)
		for (size_t k = 0; k < d->win.size * LANES; k += LANES)
			for (size_t o = 0; o < LANES; o++)
				dw[k + o] += (u[k + o] * dy[o] + u[step + k + o] * dy[LANES + o]) +
					     (u[2 * step + k + o] * dy[2 * LANES + o] +
					      u[3 * step + k + o] * dy[3 * LANES + o]);
}

/* One block of one line of the gradient, `lanes` channels of it. */
static void
take_line(const struct direct *d, const real *dy, size_t lanes, real *line)
{
	for (size_t at = 0; at < d->win.across; at++) {
		memcpy(line + at * LANES, dy + at * d->out, lanes * sizeof *line);
		memset(line + at * LANES + lanes, 0, (LANES - lanes) * sizeof *line);
	}
}

void
direct_weight(const struct direct *d, const real *x, const real *dy, real *scratch)
{
	real *line = line_at(d, scratch);
	size_t run = d->win.size * (d->depthwise ? LANES : d->deep * LANES);

	for (size_t block = 0; block < d->blocks; block++) {
		if (d->depthwise || block == 0)
			pad(d, x, block, scratch);
		for (size_t i = 0; i < d->win.down; i++) {
			const real *u = scratch + i * d->win.stride * d->pitch;
			real *dw = weights_at(d, scratch, block);

			take_line(d, dy + i * d->win.across * d->out + block * LANES, lanes_of(d, block), line);
			for (size_t k = 0; k < d->win.size; k++, u += d->pitch, dw += run)
				if (d->depthwise)
					deep_weight_line(d, u, line, dw);
				else
					full_weight_line(d, u, line, dw);
		}
	}
}

void
direct_sum(const struct direct *d, const real *scratch, real *dw)
{
	const real *sum = scratch + d->map;

	for (size_t k = 0; k < d->k; k++)
		for (size_t o = 0; o < d->out; o++)
			dw[k * d->out + o] = sum[(o / LANES * d->k + k) * LANES + o % LANES];
}

MULTIVERSION static void
deep_input_line(const struct direct *d, const real *restrict dy, const real *restrict w, real *restrict du)
{
	size_t step = d->win.stride * LANES;

	for (size_t k = 0; k < d->win.size * LANES; k += LANES)
		for (size_t at = 0; at < d->win.across; at++)
			for (size_t o = 0; o < LANES; o++)
				du[at * step + k + o] += dy[at * LANES + o] * w[k + o];
}

/* What stands inside of the padding is added to dx. */
static void
add_map(const struct direct *d, const real *scratch, size_t block, real *dx)
{
	const struct window *w = &d->win;
	size_t lanes = lanes_of(d, block);

	for (size_t y = 0; y < w->height; y++)
		for (size_t x = 0; x < w->width; x++) {
			const real *from = scratch + (y + w->padding) * d->pitch + (x + w->padding) * LANES;
			real *to = dx + (y * w->width + x) * w->channels + block * LANES;

			for (size_t o = 0; o < lanes; o++)
				to[o] += from[o];
		}
}

void
direct_input(const struct direct *d, const real *dy, real *scratch, real *dx)
{
	real *line = line_at(d, scratch);

	for (size_t block = 0; block < d->blocks; block++) {
		memset(scratch, 0, d->map * sizeof *scratch);
		for (size_t i = 0; i < d->win.down; i++) {
			real *du = scratch + i * d->win.stride * d->pitch;

			take_line(d, dy + i * d->win.across * d->out + block * LANES, lanes_of(d, block), line);
			for (size_t k = 0; k < d->win.size; k++, du += d->pitch)
				deep_input_line(d, line, weights_at(d, scratch, block) + k * d->win.size * LANES, du);
		}
		add_map(d, scratch, block, dx);
	}
}
