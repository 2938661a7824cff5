/* op_pool.c: the largest number or the mean under windows that slide over maps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/multi.h"
#include "retort/engine/cut.h"
#include "retort/engine/graph.h"
#include "retort/engine/op.h"
#include "retort/engine/window.h"

#include <string.h>

/*
 * in[0]    x: [rows, height, width, channels]
 * attr     see the POOL_ names in op.h
 * A mean counts what padding adds: it is always over size * size numbers. The largest is never one of
 * the padding; where several are equal, the first. NaN is the largest, so that it does not vanish.
 * Which one it was, as its place in the window, is kept in `saved` from forward to backward.
 */
struct job {
	struct node *n;
	struct window win;
	const real *x;
	real *dx, *keep; /* keep NULL: no backward follows */
	bool dx_adds, is_max;
	size_t rows, map, len; /* numbers in a row going in, coming out */
	int pieces;
};

static int
window_of(const struct graph *g, const struct node *n, struct window *w, struct err *e)
{
	double stride = n->attr[POOL_STRIDE] == 0 ? n->attr[POOL_SIZE] : n->attr[POOL_STRIDE];

	return window_make(w, &g->node[n->in[0]].out, n->attr[POOL_SIZE], stride, n->attr[POOL_PADDING], e);
}

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct node *from = &g->node[n->in[0]];
	struct job j = { .n = n, .x = from->out.data, .dx = from->grad, .dx_adds = n->adds[0], .rows = g->rows };

	window_of(g, n, &j.win, NULL);
	j.is_max = n->attr[POOL_KIND] == POOL_MAX;
	j.keep = g->keeps ? n->saved : NULL;
	j.map = tensor_width(&from->out);
	j.len = tensor_width(&n->out);
	j.pieces = cut_pieces(j.rows, j.map);
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
		return err_set(e, "kind %g is neither %d, the largest, nor %d, the mean", n->attr[POOL_KIND], POOL_MAX,
			       POOL_AVERAGE);
	if (2 * w.padding > w.size)
		return err_set(e, "padding %zu is more than half of a window of %zu", w.padding, w.size);
	n->out = (struct tensor){ .rank = 4, .dim = { g->capacity, w.down, w.across, w.channels } };
	*saved = n->attr[POOL_KIND] == POOL_MAX ? tensor_width(&n->out) : 0;
	return 0;
}

/* The part of the window at `position` that is inside of the map, and where the whole window begins. */
struct part {
	size_t up, low, left, right;
	ptrdiff_t top, side;
};

static MULTI_INLINE struct part
part_of(const struct window *w, size_t position)
{
	struct part p;

	window_at(w, position, &p.top, &p.side);
	window_clip(w, p.top, w->height, &p.up, &p.low);
	window_clip(w, p.side, w->width, &p.left, &p.right);
	return p;
}

/* Where place (i, k) of the window stands in the map. */
static MULTI_INLINE size_t
place(const struct window *w, const struct part *p, size_t i, size_t k)
{
	return ((size_t)(p->top + (ptrdiff_t)i) * w->width + (size_t)(p->side + (ptrdiff_t)k)) * w->channels;
}

/* One map. `which` becomes the place of the largest. */
MULTIVERSION static void
forward_max(const struct window *w, const real *restrict x, real *restrict y, real *restrict which)
{
	size_t channels = w->channels;

	for (size_t at = 0; at < w->down * w->across; at++, y += channels, which += channels) {
		struct part p = part_of(w, at);

		memcpy(y, x + place(w, &p, p.up, p.left), channels * sizeof *y);
		for (size_t c = 0; c < channels; c++)
			which[c] = (real)(p.up * w->size + p.left);
		for (size_t i = p.up; i < p.low; i++)
			for (size_t k = p.left; k < p.right; k++) {
				const real *v = x + place(w, &p, i, k), name = (real)(i * w->size + k);

				for (size_t c = 0; c < channels; c++) {
					int more = (v[c] > y[c]) | (v[c] != v[c]);

					which[c] = more ? name : which[c];
					y[c] = more ? v[c] : y[c];
				}
			}
	}
}

/* The same where nobody asks which. */
MULTIVERSION static void
forward_largest(const struct window *w, const real *restrict x, real *restrict y)
{
	size_t channels = w->channels;

	for (size_t at = 0; at < w->down * w->across; at++, y += channels) {
		struct part p = part_of(w, at);

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

	for (size_t at = 0; at < w->down * w->across; at++, y += w->channels) {
		struct part p = part_of(w, at);

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
	size_t to = cut_from(j->rows, j->pieces, index + 1);

	for (size_t i = cut_from(j->rows, j->pieces, index); i < to; i++) {
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

MULTIVERSION static void
backward_max(const struct window *w, const real *restrict dy, const real *restrict which, real *restrict dx)
{
	for (size_t at = 0; at < w->down * w->across; at++, dy += w->channels, which += w->channels) {
		struct part p = part_of(w, at);

		for (size_t i = p.up; i < p.low; i++)
			for (size_t k = p.left; k < p.right; k++) {
				real *d = dx + place(w, &p, i, k), name = (real)(i * w->size + k);

				for (size_t c = 0; c < w->channels; c++)
					d[c] += which[c] == name ? dy[c] : 0;
			}
	}
}

MULTIVERSION static void
backward_mean(const struct window *w, const real *restrict dy, real *restrict dx)
{
	real share = 1 / (real)(w->size * w->size);

	for (size_t at = 0; at < w->down * w->across; at++, dy += w->channels) {
		struct part p = part_of(w, at);

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
	size_t to = cut_from(j->rows, j->pieces, index + 1);

	for (size_t i = cut_from(j->rows, j->pieces, index); i < to; i++) {
		const real *dy = j->n->grad + i * j->len;
		real *dx = j->dx + i * j->map;

		if (!j->dx_adds)
			memset(dx, 0, j->map * sizeof *dx);
		if (j->is_max)
			backward_max(&j->win, dy, j->n->saved + i * j->len, dx);
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
	.doc = "The largest number or the mean under windows that slide over maps.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
