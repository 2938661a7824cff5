/* op_attention_part.c: queries, keys or values of attention, for losses that compare them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/heads.h"
#include "retort/nn/ops/op_table.h"

#include <string.h>

/*
 * in, attr: those of the attention node; of attr only the numbers of heads matter, and
 *           ATTENTION_PART
 * out: queries [rows, positions, heads d], keys or values [rows, positions, kv d]: copied from
 * every position of qkv, padding included, before rotation
 */
struct job {
	const struct node *n;
	const real *x;
	real *dx;
	bool adds;
	size_t positions, width, in, at; /* at: offset of the part within a position */
	int pieces;
};

/* Offset of the part: queries come first, values last, keys, as wide as these, before them. */
static size_t
part_at(const struct node *n, size_t width, size_t in)
{
	if (n->attr[ATTENTION_PART] == ATTENTION_QUERIES)
		return 0;
	return in - (n->attr[ATTENTION_PART] == ATTENTION_KEYS ? 2 : 1) * width;
}

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct node *from = &g->node[n->in[0]];
	struct job j = { .n = n, .x = from->out.data, .dx = from->grad, .adds = n->adds[0] };

	j.positions = g->rows * n->out.dim[1];
	j.width = n->out.dim[2];
	j.in = from->out.dim[2];
	j.at = part_at(n, j.width, j.in);
	j.pieces = shard_pieces(j.positions, j.in);
	return j;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	struct heads h;

	(void)group;
	(void)saved;
	if (heads_check(g, n, &h, e) < 0)
		return -1;
	n->out = g->node[n->in[0]].out;
	n->out.dim[2] = (n->attr[ATTENTION_PART] == ATTENTION_QUERIES ? h.heads : h.kv) * h.dim;
	return 0;
}

static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->positions, j->pieces, index),
	       to = shard_from(j->positions, j->pieces, index + 1);

	for (size_t i = from; i < to; i++)
		memcpy(j->n->out.data + i * j->width, j->x + i * j->in + j->at,
		       j->width * sizeof *j->x);
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	pool_run(g->pool, j.pieces, forward_piece, &j);
}

static void
backward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->positions, j->pieces, index),
	       to = shard_from(j->positions, j->pieces, index + 1);

	for (size_t i = from; i < to; i++) {
		const real *dy = j->n->grad + i * j->width;
		real *dx = j->dx + i * j->in + j->at;

		if (!j->adds)
			memset(j->dx + i * j->in, 0, j->in * sizeof *dx);
		for (size_t k = 0; k < j->width; k++)
			dx[k] += dy[k];
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
	return (double)tensor_width(&n->out);
}

const struct op op_attention_part = {
	.name = "attention_part",
	.doc = "Queries, keys or values of an attention node, as a tensor to tap.",
	.n_in = 1,
	.n_more = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
