/* op_global_pool.c: the mean of each channel over a whole map. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/multi.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"

#include <string.h>

/* in[0]: x [rows, height, width, channels]
 * out: [rows, channels] */
struct job {
	struct node *n;
	const real *x;
	real *dx;
	bool dx_adds;
	size_t rows, area, channels;
	int pieces;
};

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct node *from = &g->node[n->in[0]];
	struct job j = { .n = n,
			 .x = from->out.data,
			 .dx = from->grad,
			 .dx_adds = n->adds[0],
			 .rows = g->rows };

	j.channels = n->out.dim[1];
	j.area = tensor_width(&from->out) / j.channels;
	j.pieces = shard_pieces(j.rows, j.area * j.channels);
	return j;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	const struct tensor *x = &g->node[n->in[0]].out;

	(void)group;
	if (x->rank != 4)
		return err_set(e,
			       "invalid input of rank %d (expected feature maps [rows, height, "
			       "width, channels])",
			       x->rank);
	n->out = (struct tensor){ .rank = 2, .dim = { g->capacity, x->dim[3] } };
	*saved = 0;
	return 0;
}

MULTIVERSION static void
forward_row(const real *restrict x, size_t area, size_t channels, real *restrict y)
{
	memset(y, 0, channels * sizeof *y);
	for (size_t at = 0; at < area; at++)
		for (size_t c = 0; c < channels; c++)
			y[c] += x[at * channels + c];
	for (size_t c = 0; c < channels; c++)
		y[c] /= (real)area;
}

static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t to = shard_from(j->rows, j->pieces, index + 1);

	for (size_t i = shard_from(j->rows, j->pieces, index); i < to; i++)
		forward_row(j->x + i * j->area * j->channels, j->area, j->channels,
			    j->n->out.data + i * j->channels);
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	pool_run(g->pool, j.pieces, forward_piece, &j);
}

MULTIVERSION static void
backward_row(const real *restrict dy, size_t area, size_t channels, bool adds, real *restrict dx)
{
	real share = 1 / (real)area;

	for (size_t at = 0; at < area; at++, dx += channels)
		if (adds)
			for (size_t c = 0; c < channels; c++)
				dx[c] += dy[c] * share;
		else
			for (size_t c = 0; c < channels; c++)
				dx[c] = dy[c] * share;
}

static void
backward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t to = shard_from(j->rows, j->pieces, index + 1);

	for (size_t i = shard_from(j->rows, j->pieces, index); i < to; i++)
		backward_row(j->n->grad + i * j->channels, j->area, j->channels, j->dx_adds,
			     j->dx + i * j->area * j->channels);
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
	return (double)tensor_width(&g->node[n->in[0]].out);
}

const struct op op_global_pool = {
	.name = "global_pool",
	.doc = "Global average pooling: the mean of each channel over its map.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
