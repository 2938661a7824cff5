/* op_pool_tokens.c: pooling of a sequence to one vector. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/ops/seq.h"
#include "retort/nn/gemm/vmath.h"

#include <stdio.h>
#include <string.h>

/*
 * in[0]: x [rows, positions, width]
 * in[1]: ids, optional; padding has weight 0
 * attr: POOL_TOKENS_ in op_table.h
 * out: [rows, width]: sum over t of weight[t] x[t]; 0 where a row is all padding
 *
 * The weights of a row, which sum to 1, are saved: equal for all tokens; 1 for the first; or
 * softmax(x query / sqrt(width)) with the parameter NAME.query [width] (Ilse et al. 2018, without
 * their tanh).
 */
struct job {
	const struct graph *g;
	const struct node *n;
	const int32_t *ids;
	const real *x, *query;
	real *dx;
	bool adds;
	enum pool_tokens kind;
	size_t length, width;
	real scale;
	int pieces;
};

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct node *from = &g->node[n->in[0]];
	struct job j = {
		.g = g, .n = n, .x = from->out.data, .dx = from->grad, .adds = n->adds[0]
	};

	j.ids = seq_ids(g, n, 1);
	j.kind = (enum pool_tokens)(int)n->attr[POOL_TOKENS_KIND];
	j.length = from->out.dim[1];
	j.width = from->out.dim[2];
	j.scale = (real)(1 / sqrt((double)j.width));
	j.query = n->n_params ? g->value + g->layout->param[n->param[0]].offset : NULL;
	j.pieces = shard_pieces(g->rows, j.length * j.width);
	return j;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	const struct tensor *x = &g->node[n->in[0]].out;
	double kind = n->attr[POOL_TOKENS_KIND];
	char name[PARAM_NAME + 8];

	if (seq_check(g, n, 0, e) < 0 || (n->n_in > 1 && seq_check_ids(g, n, 1, x->dim[1], e) < 0))
		return -1;
	if (kind != POOL_TOKENS_MEAN && kind != POOL_TOKENS_FIRST && kind != POOL_TOKENS_QUERY)
		return err_set(e, "invalid pooling %g (expected mean, first or attention)", kind);
	n->out.rank = 2;
	n->out.dim[0] = x->dim[0];
	n->out.dim[1] = x->dim[2];
	snprintf(name, sizeof name, "%s.query", n->name);
	if (kind == POOL_TOKENS_QUERY) {
		n->param[n->n_params++] =
			param_add(g->layout, group, name, 1, &x->dim[2], true, PARAM_NARROW);
		n->n_work = SHARD_PIECES * x->dim[2];
	}
	n->n_scratch = x->dim[1];
	*saved = x->dim[1];
	return 0;
}

/* Softmax, in place, over the logits in `weight` that are not padding. */
static void
softmax(const int32_t *ids, real *weight, size_t n)
{
	real most = -INFINITY, sum = 0;

	for (size_t t = 0; t < n; t++)
		if ((!ids || ids[t] >= 0) && weight[t] > most)
			most = weight[t];
	for (size_t t = 0; t < n; t++) {
		weight[t] = !ids || ids[t] >= 0 ? REAL_EXP(weight[t] - most) : 0;
		sum += weight[t];
	}
	for (size_t t = 0; t < n && sum > 0; t++)
		weight[t] /= sum;
}

static void
weigh(const struct job *j, size_t row, real *weight)
{
	const int32_t *ids = j->ids ? j->ids + row * j->length : NULL;
	const real *x = j->x + row * j->length * j->width;
	size_t count = 0;

	for (size_t t = 0; t < j->length; t++) {
		bool is_token = !ids || ids[t] >= 0;

		weight[t] = is_token && (j->kind == POOL_TOKENS_MEAN || count == 0);
		count += is_token;
	}
	for (size_t t = 0; j->kind == POOL_TOKENS_MEAN && count && t < j->length; t++)
		weight[t] /= (real)count;
	if (j->kind == POOL_TOKENS_QUERY) {
		for (size_t t = 0; t < j->length; t++)
			weight[t] = vmath_dot(x + t * j->width, j->query, j->width) * j->scale;
		softmax(ids, weight, j->length);
	}
}

static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->g->rows, j->pieces, index),
	       to = shard_from(j->g->rows, j->pieces, index + 1);

	for (size_t i = from; i < to; i++) {
		real *weight = j->n->saved ? j->n->saved + i * j->length : graph_scratch(j->g);
		real *y = j->n->out.data + i * j->width;

		weigh(j, i, weight);
		memset(y, 0, j->width * sizeof *y);
		for (size_t t = 0; t < j->length; t++) {
			const real *x = j->x + (i * j->length + t) * j->width;

			for (size_t k = 0; weight[t] > 0 && k < j->width; k++)
				y[k] += weight[t] * x[k];
		}
	}
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	pool_run(g->pool, j.pieces, forward_piece, &j);
}

/*
 * dx[t] = weight[t] dy + dlogit[t] query with dlogit[t] = weight[t] (x[t] dy - y dy), since y is
 * the weighted mean of x. The gradient of the query is summed over the rows of a piece.
 */
static void
backward_row(const struct job *j, size_t i, real *dquery)
{
	const real *dy = j->n->grad + i * j->width, *weight = j->n->saved + i * j->length;
	real mean = j->query ? vmath_dot(j->n->out.data + i * j->width, dy, j->width) : 0;

	for (size_t t = 0; t < j->length; t++) {
		const real *x = j->x + (i * j->length + t) * j->width;
		real *dx = j->dx ? j->dx + (i * j->length + t) * j->width : NULL;
		real dlogit =
			j->query ? weight[t] * (vmath_dot(x, dy, j->width) - mean) * j->scale : 0;

		for (size_t k = 0; j->query && k < j->width; k++)
			dquery[k] += dlogit * x[k];
		for (size_t k = 0; dx && k < j->width; k++)
			dx[k] = weight[t] * dy[k] + (j->query ? dlogit * j->query[k] : 0) +
				(j->adds ? dx[k] : 0);
	}
}

static void
backward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->g->rows, j->pieces, index),
	       to = shard_from(j->g->rows, j->pieces, index + 1);
	real *sum = j->query ? j->n->work + (size_t)index * j->width : NULL;

	if (sum)
		memset(sum, 0, j->width * sizeof *sum);
	for (size_t i = from; i < to; i++)
		backward_row(j, i, sum);
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);
	real *dquery = j.query ? g->grad + g->layout->param[n->param[0]].offset : NULL;

	pool_run(g->pool, j.pieces, backward_piece, &j);
	if (!dquery)
		return;
	memset(dquery, 0, j.width * sizeof *dquery);
	for (int p = 0; p < j.pieces; p++)
		for (size_t k = 0; k < j.width; k++)
			dquery[k] += n->work[(size_t)p * j.width + k];
}

static double
cost(const struct graph *g, const struct node *n)
{
	double numbers = (double)tensor_width(&g->node[n->in[0]].out);

	if (n->attr[POOL_TOKENS_KIND] == POOL_TOKENS_FIRST)
		return (double)n->out.dim[1];
	return (n->attr[POOL_TOKENS_KIND] == POOL_TOKENS_QUERY ? 4 : 2) * numbers;
}

const struct op op_pool_tokens = {
	.name = "pool_tokens",
	.doc = "Pooling of a sequence into one vector: its mean, its first, or a mean with learned "
	       "weights.",
	.n_in = 1,
	.n_more = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
