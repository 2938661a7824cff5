/* op_bag.c: the mean of the vectors of all tokens and n-grams (Joulin et al. 2017). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/ops/seq.h"

#include <stdio.h>
#include <string.h>

/*
 * in[0]: ids
 * attr: BAG_ in op_table.h
 * parameters: NAME.table [vocab + buckets, width]
 * out: [rows, width]; 0 where a row is all padding
 *
 * A token has the table row of its id, an n-gram of two and more the row vocab + hash mod buckets.
 * No n-gram extends across padding.
 */
#define GRAMS 8

struct job {
	const struct graph *g;
	const struct node *n;
	const int32_t *ids;
	size_t length, width, grams;
	uint64_t vocab, buckets;
	const real *table;
	int32_t *list; /* [rows, length, grams] rows of the table, -1 where no n-gram of that length
			  starts */
	int pieces;
};

static struct job
job_of(struct graph *g, struct node *n)
{
	struct job j = {
		.g = g, .n = n, .ids = seq_ids(g, n, 0), .length = g->node[n->in[0]].out.dim[1]
	};

	j.width = n->out.dim[1];
	j.grams = (size_t)n->attr[BAG_GRAMS];
	j.vocab = (uint64_t)n->attr[BAG_VOCAB];
	j.buckets = (uint64_t)n->attr[BAG_BUCKETS];
	j.table = g->value + g->layout->param[n->param[0]].offset;
	return j;
}

static int
check(const struct node *n, struct err *e)
{
	const double *a = n->attr;

	if (!(a[BAG_VOCAB] >= 1 && a[BAG_VOCAB] <= 1 << 24))
		return err_set(e, "invalid vocabulary %g (expected 1 to %d)", a[BAG_VOCAB],
			       1 << 24);
	if (!(a[BAG_GRAMS] >= 1 && a[BAG_GRAMS] <= GRAMS))
		return err_set(e, "invalid n-gram length %g (expected 1 to %d)", a[BAG_GRAMS],
			       GRAMS);
	if (!(a[BAG_BUCKETS] >= (a[BAG_GRAMS] >= 2 ? 1 : 0) && a[BAG_BUCKETS] <= 1 << 24))
		return err_set(e, "invalid n-gram buckets %g (expected 1 to %d)", a[BAG_BUCKETS],
			       1 << 24);
	if (!(a[BAG_WIDTH] >= 1 && a[BAG_WIDTH] <= 1 << 16))
		return err_set(e, "invalid width %g (expected 1 to %d)", a[BAG_WIDTH], 1 << 16);
	return 0;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	const struct tensor *ids = &g->node[n->in[0]].out;
	size_t dim[2];
	char name[PARAM_NAME + 8];

	(void)saved;
	if (seq_check_ids(g, n, 0, 0, e) < 0 || check(n, e) < 0)
		return -1;
	dim[0] = (size_t)(n->attr[BAG_VOCAB] + n->attr[BAG_BUCKETS]);
	dim[1] = (size_t)n->attr[BAG_WIDTH];
	n->out.rank = 2;
	n->out.dim[0] = ids->dim[0];
	n->out.dim[1] = dim[1];
	snprintf(name, sizeof name, "%s.table", n->name);
	n->param[n->n_params++] = param_add(g->layout, group, name, 2, dim, true, PARAM_NARROW);
	n->n_work = seq_table_work(tensor_len(ids) * (size_t)n->attr[BAG_GRAMS]);
	return 0;
}

/* FNV-1a over whole ids (Fowler, Noll and Vo), and a final mix (Steele et al. 2014), since a bucket
 * is a remainder. */
static uint64_t
hash_on(uint64_t h, int32_t id)
{
	return (h ^ (uint64_t)id) * 0x100000001b3u;
}

static uint64_t
mix(uint64_t h)
{
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
	return h ^ (h >> 31);
}

/* Set out[grams] to the table rows of the n-grams that start at position t; returns their number.
 */
static size_t
runs_at(const struct job *j, const int32_t *ids, size_t t, int32_t *out)
{
	uint64_t h = 0xcbf29ce484222325u;
	size_t n = 0;

	for (; n < j->grams && t + n < j->length && ids[t + n] >= 0; n++) {
		h = hash_on(h, ids[t + n]);
		out[n] = n == 0 ? ids[t] : (int32_t)(j->vocab + mix(h) % j->buckets);
	}
	for (size_t k = n; k < j->grams; k++)
		out[k] = -1;
	return n;
}

static void
forward_row(const struct job *j, size_t row)
{
	real *y = j->n->out.data + row * j->width;
	size_t count = 0;

	memset(y, 0, j->width * sizeof *y);
	for (size_t t = 0; t < j->length; t++) {
		int32_t run[GRAMS];
		size_t n = runs_at(j, j->ids + row * j->length, t, run);

		for (size_t i = 0; i < n; i++) {
			const real *from = j->table + (size_t)run[i] * j->width;

			for (size_t k = 0; k < j->width; k++)
				y[k] += from[k];
		}
		count += n;
	}
	for (size_t k = 0; count && k < j->width; k++)
		y[k] /= (real)count;
}

static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->g->rows, j->pieces, index),
	       to = shard_from(j->g->rows, j->pieces, index + 1);

	for (size_t i = from; i < to; i++)
		forward_row(j, i);
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	j.pieces = shard_pieces(g->rows, j.length * j.grams * j.width);
	pool_run(g->pool, j.pieces, forward_piece, &j);
}

/* List the n-grams of a row and divide its gradient by their number. */
static void
list_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->g->rows, j->pieces, index),
	       to = shard_from(j->g->rows, j->pieces, index + 1);

	for (size_t i = from; i < to; i++) {
		real *dy = j->n->grad + i * j->width;
		size_t count = 0;

		for (size_t t = 0; t < j->length; t++)
			count += runs_at(j, j->ids + i * j->length, t,
					 j->list + (i * j->length + t) * j->grams);
		for (size_t k = 0; count && k < j->width; k++)
			dy[k] /= (real)count;
	}
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);
	struct seq_table t = { .rows = (size_t)(j.vocab + j.buckets),
			       .width = j.width,
			       .work = n->work,
			       .most = n->out.dim[0] * j.length * j.grams,
			       .n = g->rows * j.length * j.grams,
			       .share = j.length * j.grams,
			       .dy = n->grad,
			       .factor = 1 };

	t.dw = g->grad + g->layout->param[n->param[0]].offset;
	t.row = j.list = seq_list(n->work, t.most);
	j.pieces = shard_pieces(g->rows, 4 * j.length * j.grams);
	pool_run(g->pool, j.pieces, list_piece, &j);
	seq_table_add(g->pool, &t);
}

static double
cost(const struct graph *g, const struct node *n)
{
	return (double)g->node[n->in[0]].out.dim[1] * n->attr[BAG_GRAMS] * n->attr[BAG_WIDTH];
}

const struct op op_bag = {
	.name = "bag",
	.doc = "Mean of the vectors of tokens and of hashed n-grams.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
