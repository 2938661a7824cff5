/* op_cut.c: the first numbers of each position. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"

/*
 * in[0]: x [.., wide]
 * attr: CUT_ in op_table.h
 * out: x without the numbers from CUT_WIDTH on, [.., width]; those have no gradient
 */
struct job {
	const struct node *n;
	const real *x;
	real *dx;
	bool adds;
	size_t positions, width, wide;
	int pieces;
};

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct node *from = &g->node[n->in[0]];
	struct job j = { .n = n, .x = from->out.data, .dx = from->grad, .adds = n->adds[0] };

	j.width = n->out.dim[n->out.rank - 1];
	j.wide = from->out.dim[n->out.rank - 1];
	j.positions = g->rows * (tensor_width(&n->out) / j.width);
	j.pieces = shard_pieces(j.positions, j.wide);
	return j;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	const struct tensor *x = &g->node[n->in[0]].out;
	size_t wide = x->dim[x->rank - 1];
	double width = n->attr[CUT_WIDTH];

	(void)group;
	(void)saved;
	if (!(width >= 1 && width <= (double)wide))
		return err_set(e, "invalid width %g (expected 1 to %zu)", width, wide);
	n->out = *x;
	n->out.dim[x->rank - 1] = (size_t)width;
	return 0;
}

static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->positions, j->pieces, index),
	       to = shard_from(j->positions, j->pieces, index + 1);

	for (size_t i = from; i < to; i++)
		memcpy(j->n->out.data + i * j->width, j->x + i * j->wide, j->width * sizeof *j->x);
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
		real *dx = j->dx + i * j->wide;

		if (!j->adds)
			memset(dx, 0, j->wide * sizeof *dx);
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

const struct op op_cut = {
	.name = "cut",
	.doc = "The first numbers of each position, without the others.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
