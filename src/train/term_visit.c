/* term_visit.c: all loss calls on one node, some positions at a time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/term_visit.h"

#include <math.h>
#include <string.h>

#include "retort/nn/gemm/shard.h"
#include "retort/nn/gemm/vmath.h"

#define TILE                                                                                  \
	8192 /* numbers in a tile: logits, gradient, teacher logits and scratch fit in the L2 \
		cache */

size_t
term_visit_sums(void)
{
	return SHARD_PIECES * (TERM_VISIT_CALLS + 2);
}

/* Rows of a tile: at least one, and so many that it is filled. */
static size_t
tile_rows(size_t width)
{
	return TILE / width ? TILE / width : 1;
}

/* Rows that a tile has room for, of a visit of `rows` rows in all. */
static size_t
tile_room(size_t width, size_t rows)
{
	size_t tile = tile_rows(width);

	return rows < tile ? rows : tile;
}

size_t
term_visit_scratch(size_t width, size_t rows)
{
	return (LOSS_SCRATCH + 2 * LOSS_TEMPERATURES) * tile_room(width, rows) * width + 2;
}

static bool
is_right(const real *z, size_t n, int32_t label)
{
	if (z[label] != vmath_max(z, n))
		return false;
	for (int32_t c = 0; c < label; c++)
		if (z[c] == z[label])
			return false; /* of equal logits the first is the prediction */
	return true;
}

static void
count_right(const struct term_visit *v, size_t from, size_t to, double *sum)
{
	const struct loss_args *a = &v->call[0].args;
	const real *weight = v->b->weight[BRANCH_LABELS];

	for (size_t i = from; i < to; i++) {
		if (weight[i] <= 0)
			continue;
		sum[0] += is_right(a->x + i * a->width, a->width, a->label[i]);
		sum[1] += 1;
	}
}

/* Arguments for some of the positions; `per` positions are a row. */
static struct loss_args
args_of_positions(const struct term_call *c, size_t from, size_t rows, size_t per,
		  struct loss_memo *memo, real *scratch)
{
	struct loss_args a = c->args;

	a.rows = rows;
	a.x += from * a.width;
	a.weight += from;
	a.seen = a.seen ? a.seen + from * a.positions : NULL;
	a.memo = memo;
	a.scratch = scratch;
	if (c->row)
		a.target += ((size_t)c->row[from / per] * per + from % per) * a.t_width;
	else
		a.target = a.target ? a.target + from * a.t_width : NULL;
	a.label = a.label ? a.label + from : NULL;
	a.other = a.other ? a.other + from : NULL;
	a.share = a.share ? a.share + from : NULL;
	a.dx = a.dx ? a.dx + from * a.width : NULL;
	a.grad_factor = a.grad_factor ? a.grad_factor + from * (a.width / a.channels) : NULL;
	if (a.top.k) {
		a.top.id += from * a.top.k;
		a.top.logit += from * a.top.k;
		a.top.tail += from;
	}
	return a;
}

static void
visit_chunk(void *arg, int index)
{
	const struct term_visit *v = arg;
	size_t from = shard_from(v->rows, v->pieces, index),
	       to = shard_from(v->rows, v->pieces, index + 1);
	size_t step = tile_rows(v->width), room = tile_room(v->width, v->rows) * v->width;
	real *scratch = v->b->scratch + (size_t)pool_worker() * v->b->n_scratch;
	double *sum = v->sum + index * (v->n + 2);
	struct loss_memo memo;

	memset(sum, 0, (size_t)(v->n + 2) * sizeof *sum);
	for (int i = 0; i < LOSS_TEMPERATURES; i++) {
		memo.log_q[i] = scratch + (LOSS_SCRATCH + 2 * (size_t)i) * room;
		memo.q[i] = memo.log_q[i] + room;
	}
	for (size_t rows; from < to; from += rows) {
		size_t left = v->by_row ? v->per - from % v->per : to - from;

		left = left < to - from ? left : to - from;
		rows = left < step ? left : step;
		if (v->clears) /* just before it is used */
			memset(v->clears + from * v->width, 0, rows * v->width * sizeof *v->clears);
		memo.used = 0;
		for (int i = 0; i < v->n; i++) {
			struct loss_args a =
				args_of_positions(&v->call[i], from, rows, v->per, &memo, scratch);

			sum[i] += v->call[i].loss->run(&a);
		}
		if (v->counts)
			count_right(v, from, from + rows, sum + v->n);
	}
}

void
term_visit_run(struct term_visit *v, double *accuracy)
{
	double right = 0, seen = 0;

	v->pieces = shard_pieces(v->rows, v->width);
	v->sum = v->b->partial;
	pool_run(v->b->pool, v->pieces, visit_chunk, v);
	for (int p = 0; p < v->pieces; p++) {
		const double *sum = v->sum + p * (v->n + 2);

		for (int i = 0; i < v->n; i++)
			*v->call[i].sum += v->call[i].factor * sum[i];
		right += sum[v->n];
		seen += sum[v->n + 1];
	}
	if (v->counts)
		*accuracy = seen > 0 ? right / seen : NAN;
}
