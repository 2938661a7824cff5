/* op_pool.c: max and average pooling over windows of maps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/multi.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/ops/window.h"

#include <stdint.h>
#include <string.h>

/*
 * in[0]: x [rows, height, width, channels]
 * attr: POOL_ in op_table.h
 * out: [rows, height, width, channels] of window positions
 *
 * The average includes padding: it is always over size * size numbers. The maximum is never
 * padding; among equals it is the first; NaN counts as the largest, so that it is not lost. Its
 * index in the window is saved for backward.
 */
struct job {
	struct node *n;
	struct window win;
	const real *x;
	real *dx, *keep; /* keep NULL: forward only */
	bool dx_adds, is_max;
	size_t rows, map, len; /* numbers in a row: in, out */
	int pieces;
};

static int
window_of(const struct graph *g, const struct node *n, struct window *w, struct err *e)
{
	double stride = n->attr[POOL_STRIDE] == 0 ? n->attr[POOL_SIZE] : n->attr[POOL_STRIDE];

	return window_make(w, &g->node[n->in[0]].out, n->attr[POOL_SIZE], stride,
			   n->attr[POOL_PADDING], e);
}

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct node *from = &g->node[n->in[0]];
	struct job j = { .n = n,
			 .x = from->out.data,
			 .dx = from->grad,
			 .dx_adds = n->adds[0],
			 .rows = g->rows };

	window_of(g, n, &j.win, NULL);
	j.is_max = n->attr[POOL_KIND] == POOL_MAX;
	j.keep = g->saves ? n->saved : NULL;
	j.map = tensor_width(&from->out);
	j.len = tensor_width(&n->out);
	j.pieces = shard_pieces(j.rows, j.map);
	return j;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	struct window w;

	(void)group;
	if (window_of(g, n, &w, e) < 0)
		return -1;
	if (n->attr[POOL_KIND] != POOL_MAX && n->attr[POOL_KIND] != POOL_AVERAGE)
		return err_set(e, "invalid kind %g (expected %d, max, or %d, average)",
			       n->attr[POOL_KIND], POOL_MAX, POOL_AVERAGE);
	if (2 * w.padding > w.size)
		return err_set(e, "invalid padding %zu (expected at most half of the window, %zu)",
			       w.padding, w.size);
	n->out = (struct tensor){ .rank = 4, .dim = { g->capacity, w.down, w.across, w.channels } };
	*saved = n->attr[POOL_KIND] == POOL_MAX ? tensor_width(&n->out) : 0;
	return 0;
}

/* The part within the map of the window at position `at` of line `line`, and where the whole window
 * begins. */
struct part {
	size_t up, low, left, right;
	ptrdiff_t top, side;
};

static MULTI_INLINE struct part
part_of(const struct window *w, size_t line, size_t at)
{
	struct part p;

	p.top = (ptrdiff_t)(line * w->stride) - (ptrdiff_t)w->padding;
	p.side = (ptrdiff_t)(at * w->stride) - (ptrdiff_t)w->padding;
	window_clip(w, p.top, w->height, &p.up, &p.low);
	window_clip(w, p.side, w->width, &p.left, &p.right);
	return p;
}

/* Move to the next position: cheaper than dividing for it where there are few channels. */
static MULTI_INLINE void
next(const struct window *w, size_t *line, size_t *at)
{
	if (++*at == w->across) {
		*at = 0;
		++*line;
	}
}

/* Offset in the map of cell (i, k) of the window. */
static MULTI_INLINE size_t
place(const struct window *w, const struct part *p, size_t i, size_t k)
{
	return ((size_t)(p->top + (ptrdiff_t)i) * w->width + (size_t)(p->side + (ptrdiff_t)k)) *
	       w->channels;
}

/* Several channels at once; a choice between two is made with masks. */
#define LANES 8
typedef real vector
	__attribute__((vector_size(LANES * sizeof(real)), aligned(sizeof(real)), may_alias));
#ifdef RETORT_REAL_DOUBLE
typedef int64_t mask __attribute__((vector_size(LANES * sizeof(real)), may_alias));
#else
typedef int32_t mask __attribute__((vector_size(LANES * sizeof(real)), may_alias));
#endif

static MULTI_INLINE void
choose(const mask *which, const vector *a, vector *b)
{
	*b = (vector)((*which & (mask)*a) | (~*which & (mask)*b));
}

/* The maximum of one window, for LANES channels or one; x is the first cell within the map. */
static MULTI_INLINE void
largest_lanes(const struct window *w, const struct part *p, const real *x, real *y, real *which)
{
	vector most = *(const vector *)x, name = (vector){ 0 } + (real)(p->up * w->size + p->left),
	       at = name;
	real turn = (real)(w->size - (p->right - p->left));

	for (size_t i = p->up; i < p->low; i++, x += w->width * w->channels, name += turn)
		for (size_t k = 0; k < p->right - p->left; k++, name += 1) {
			vector v = *(const vector *)(x + k * w->channels);
			mask more = (v > most) | (v != v);

			choose(&more, &name, &at);
			choose(&more, &v, &most);
		}
	*(vector *)y = most;
	*(vector *)which = at;
}

static MULTI_INLINE void
largest_one(const struct window *w, const struct part *p, const real *x, real *y, real *which)
{
	*y = *x;
	*which = (real)(p->up * w->size + p->left);
	for (size_t i = p->up; i < p->low; i++, x += w->width * w->channels)
		for (size_t k = p->left; k < p->right; k++) {
			real v = x[(k - p->left) * w->channels];
			bool more = v > *y || v != v;

			*which = more ? (real)(i * w->size + k) : *which;
			*y = more ? v : *y;
		}
}

/* Max pooling of one map; `which` is set to the index of the maximum. */
MULTIVERSION static void
forward_max(const struct window *w, const real *restrict x, real *restrict y, real *restrict which)
{
	size_t channels = w->channels, line = 0, at = 0;

	for (size_t n = w->down * w->across; n > 0;
	     n--, y += channels, which += channels, next(w, &line, &at)) {
		struct part p = part_of(w, line, at);
		const real *from = x + place(w, &p, p.up, p.left);
		size_t c = 0;

		for (; c + LANES <= channels; c += LANES)
			largest_lanes(w, &p, from + c, y + c, which + c);
		for (; c < channels; c++)
			largest_one(w, &p, from + c, y + c, which + c);
	}
}

/* The same without the index. */
MULTIVERSION static void
forward_largest(const struct window *w, const real *restrict x, real *restrict y)
{
	size_t channels = w->channels, line = 0, at = 0;

	for (size_t n = w->down * w->across; n > 0; n--, y += channels, next(w, &line, &at)) {
		struct part p = part_of(w, line, at);

		memcpy(y, x + place(w, &p, p.up, p.left), channels * sizeof *y);
		for (size_t i = p.up; i < p.low; i++)
			for (size_t k = p.left; k < p.right; k++) {
				const real *v = x + place(w, &p, i, k);

				for (size_t c = 0; c < channels; c++)
					y[c] = ((v[c] > y[c]) | (v[c] != v[c])) ? v[c] : y[c];
			}
	}
}

MULTIVERSION static void
forward_mean(const struct window *w, const real *restrict x, real *restrict y)
{
	real share = 1 / (real)(w->size * w->size);
	size_t line = 0, at = 0;

	for (size_t n = w->down * w->across; n > 0; n--, y += w->channels, next(w, &line, &at)) {
		struct part p = part_of(w, line, at);

		memset(y, 0, w->channels * sizeof *y);
		for (size_t i = p.up; i < p.low; i++)
			for (size_t k = p.left; k < p.right; k++) {
				const real *v = x + place(w, &p, i, k);

				for (size_t c = 0; c < w->channels; c++)
					y[c] += v[c];
			}
		for (size_t c = 0; c < w->channels; c++)
			y[c] *= share;
	}
}

static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t to = shard_from(j->rows, j->pieces, index + 1);

	for (size_t i = shard_from(j->rows, j->pieces, index); i < to; i++) {
		const real *x = j->x + i * j->map;
		real *y = j->n->out.data + i * j->len;

		if (!j->is_max)
			forward_mean(&j->win, x, y);
		else if (j->keep)
			forward_max(&j->win, x, y, j->keep + i * j->len);
		else
			forward_largest(&j->win, x, y);
	}
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	pool_run(g->pool, j.pieces, forward_piece, &j);
}

/* Every cell of the map is under one window: its gradient is written, not added. */
static bool
tiles(const struct window *w)
{
	return w->stride == w->size && w->padding == 0 && w->height % w->size == 0 &&
	       w->width % w->size == 0;
}

MULTIVERSION static void
backward_max(const struct window *w, const real *dy, const real *which, bool adds, real *dx)
{
	size_t channels = w->channels, line = 0, at = 0;

	for (size_t n = w->down * w->across; n > 0;
	     n--, dy += channels, which += channels, next(w, &line, &at)) {
		struct part p = part_of(w, line, at);

		for (size_t i = p.up; i < p.low; i++)
			for (size_t k = p.left; k < p.right; k++) {
				real *d = dx + place(w, &p, i, k), name = (real)(i * w->size + k);
				size_t c = 0;

				for (; c + LANES <= channels; c += LANES) {
					mask here = *(const vector *)(which + c) ==
						    (vector){ 0 } + name;
					vector v =
						(vector)(here & (mask) * (const vector *)(dy + c));

					if (adds)
						v += *(const vector *)(d + c);
					*(vector *)(d + c) = v;
				}
				for (; c < channels; c++)
					d[c] = (adds ? d[c] : 0) + (which[c] == name ? dy[c] : 0);
			}
	}
}

MULTIVERSION static void
backward_mean(const struct window *w, const real *restrict dy, real *restrict dx)
{
	real share = 1 / (real)(w->size * w->size);
	size_t line = 0, at = 0;

	for (size_t n = w->down * w->across; n > 0; n--, dy += w->channels, next(w, &line, &at)) {
		struct part p = part_of(w, line, at);

		for (size_t i = p.up; i < p.low; i++)
			for (size_t k = p.left; k < p.right; k++) {
				real *d = dx + place(w, &p, i, k);

				for (size_t c = 0; c < w->channels; c++)
					d[c] += dy[c] * share;
			}
	}
}

static void
backward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t to = shard_from(j->rows, j->pieces, index + 1);

	for (size_t i = shard_from(j->rows, j->pieces, index); i < to; i++) {
		const real *dy = j->n->grad + i * j->len;
		real *dx = j->dx + i * j->map;

		bool adds = j->dx_adds || !j->is_max || !tiles(&j->win);

		if (!j->dx_adds && adds)
			memset(dx, 0, j->map * sizeof *dx);
		if (j->is_max)
			backward_max(&j->win, dy, j->n->saved + i * j->len, adds, dx);
		else
			backward_mean(&j->win, dy, dx);
	}
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	if (j.dx)
		pool_run(g->pool, j.pieces, backward_piece, &j);
}

static double
cost(const struct graph *g, const struct node *n)
{
	(void)g;
	return n->attr[POOL_SIZE] * n->attr[POOL_SIZE] * (double)tensor_width(&n->out);
}

const struct op op_pool = {
	.name = "pool",
	.doc = "Max or average pooling of feature maps.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
