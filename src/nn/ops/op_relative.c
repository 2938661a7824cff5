/* op_relative.c: a learned bias of attention for the distance of query and key (Raffel et al.
 * 2020).
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/ops/seq.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FARTHEST 128.0 /* distances from here on share a bucket */

/*
 * in[0]: ids, for their number of positions
 * attr: RELATIVE_ in op_table.h
 * out: [rows, heads, 2 positions - 1], the bias of key k for query q at k - q + positions - 1; the
 *      same in all rows, so that nodes of attention add to the gradient of their own row
 *
 * Half of the buckets are for keys before the query and itself, half for those after it. Of each
 * half, one half is for small distances, one each, the others are for ranges that grow.
 */
struct job {
	const struct graph *g;
	const struct node *n;
	const real *table; /* [buckets, heads] */
	real *dtable;
	size_t buckets, heads, width; /* width: distances */
	int pieces;
};

static size_t
bucket_of(long distance, size_t buckets)
{
	size_t half = buckets / 2, exact = half / 2, n = (size_t)labs(distance), bucket = n;

	if (n >= exact) /* 1e-9: the first distance of a range is not rounded below it */
		bucket = exact + (size_t)floor(log((double)n / (double)exact) /
						       log(FARTHEST / (double)exact) *
						       (double)(half - exact) +
					       1e-9);
	bucket = bucket < half ? bucket : half - 1;
	return distance > 0 ? half + bucket : bucket;
}

/* Offset in the table of the bucket of distance number `at`. */
static size_t
row_at(const struct job *j, size_t at)
{
	return bucket_of((long)at - (long)(j->width / 2), j->buckets) * j->heads;
}

static struct job
job_of(struct graph *g, struct node *n)
{
	size_t offset = g->layout->param[n->param[0]].offset;
	struct job j = { .g = g, .n = n, .table = g->value + offset };

	j.dtable = g->grad ? g->grad + offset : NULL;
	j.buckets = (size_t)n->attr[RELATIVE_BUCKETS];
	j.heads = n->out.dim[1];
	j.width = n->out.dim[2];
	return j;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	const struct tensor *ids = &g->node[n->in[0]].out;
	const double *a = n->attr;
	size_t dim[2] = { (size_t)a[RELATIVE_BUCKETS], (size_t)a[RELATIVE_HEADS] };
	char name[PARAM_NAME + 8];

	(void)saved;
	if (seq_check_ids(g, n, 0, 0, e) < 0)
		return -1;
	if (!(a[RELATIVE_HEADS] >= 1 && a[RELATIVE_HEADS] <= 1024))
		return err_set(e, "invalid heads %g (expected 1 to 1024)", a[RELATIVE_HEADS]);
	if (!(a[RELATIVE_BUCKETS] >= 4 && a[RELATIVE_BUCKETS] <= 256) || dim[0] % 2)
		return err_set(e, "invalid buckets %g (expected an even number from 4 to 256)",
			       a[RELATIVE_BUCKETS]);
	n->out.rank = 3;
	n->out.dim[0] = ids->dim[0];
	n->out.dim[1] = dim[1];
	n->out.dim[2] = 2 * ids->dim[1] - 1;
	snprintf(name, sizeof name, "%s.bias", n->name);
	n->param[n->n_params++] = param_add(g->layout, group, name, 2, dim, true, PARAM_NARROW);
	return 0;
}

/* Some distances of all rows. */
static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t to = shard_from(j->width, j->pieces, index + 1), rows = j->g->rows * j->heads;

	for (size_t d = shard_from(j->width, j->pieces, index); d < to; d++) {
		const real *bias = j->table + row_at(j, d);

		for (size_t i = 0; i < rows; i++)
			j->n->out.data[i * j->width + d] = bias[i % j->heads];
	}
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	j.pieces = shard_pieces(j.width, g->rows * j.heads);
	pool_run(g->pool, j.pieces, forward_piece, &j);
}

/* Some heads; a sum over rows and distances in order. */
static void
backward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t to = shard_from(j->heads, j->pieces, index + 1);

	for (size_t h = shard_from(j->heads, j->pieces, index); h < to; h++) {
		for (size_t b = 0; b < j->buckets; b++)
			j->dtable[b * j->heads + h] = 0;
		for (size_t d = 0; d < j->width; d++) {
			real *sum = j->dtable + row_at(j, d) + h;

			for (size_t r = 0; r < j->g->rows; r++)
				*sum += j->n->grad[(r * j->heads + h) * j->width + d];
		}
	}
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	j.pieces = shard_pieces(j.heads, g->rows * j.width);
	pool_run(g->pool, j.pieces, backward_piece, &j);
}

static double
cost(const struct graph *g, const struct node *n)
{
	(void)g;
	return (double)tensor_width(&n->out);
}

const struct op op_relative = {
	.name = "relative",
	.doc = "A learned bias for each head and distance of query and key, in buckets.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
