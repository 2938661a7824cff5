/* op_head_norm.c: RMS norm of the queries and keys of each head, before attention. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/nn/gemm/shard.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/ops/seq.h"

/*
 * in[0]: qkv [rows, positions, (heads + 2 kv) d], see heads.h
 * attr: HEAD_NORM_ in op_table.h
 * parameters: NAME.query.gain [d], NAME.key.gain [d]; without weight decay
 * out: the same with y = gain x / sqrt(mean(x^2) + eps) for each query and key of d numbers (Henry
 *      et al. 2020, Qwen3); values are copied
 */
struct job {
	const struct graph *g;
	const struct node *n;
	const real *x, *gain[2];
	real *dx;
	bool adds;
	size_t positions, width, dim, heads, kv;
	real eps;
	int pieces;
};

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct node *from = &g->node[n->in[0]];
	struct job j = {
		.g = g, .n = n, .x = from->out.data, .dx = from->grad, .adds = n->adds[0]
	};

	j.heads = (size_t)n->attr[HEAD_NORM_HEADS];
	j.kv = (size_t)n->attr[HEAD_NORM_KV];
	j.width = n->out.dim[2];
	j.dim = j.width / (j.heads + 2 * j.kv);
	j.positions = g->rows * n->out.dim[1];
	j.eps = n->attr[HEAD_NORM_EPS] > 0 ? (real)n->attr[HEAD_NORM_EPS] : (real)1e-5;
	for (int i = 0; i < 2; i++)
		j.gain[i] = g->value + g->layout->param[n->param[i]].offset;
	j.pieces = shard_pieces(j.positions, j.width);
	return j;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	static const char *const part[] = { "query", "key" };
	double heads = n->attr[HEAD_NORM_HEADS], kv = n->attr[HEAD_NORM_KV];
	char name[PARAM_NAME + 16];
	size_t dim;

	(void)saved;
	if (seq_check(g, n, 0, e) < 0)
		return -1;
	n->out = g->node[n->in[0]].out;
	if (!(heads >= 1 && kv >= 1 && heads + 2 * kv <= (double)n->out.dim[2]) ||
	    n->out.dim[2] % (size_t)(heads + 2 * kv))
		return err_set(e,
			       "invalid input width %zu (expected a multiple of %g query, %g key "
			       "and %g value heads)",
			       n->out.dim[2], heads, kv, kv);
	dim = n->out.dim[2] / (size_t)(heads + 2 * kv);
	for (int i = 0; i < 2; i++) {
		snprintf(name, sizeof name, "%s.%s.gain", n->name, part[i]);
		n->param[n->n_params++] =
			param_add(g->layout, group, name, 1, &dim, false, PARAM_ONE);
	}
	n->n_work = (size_t)SHARD_PIECES * 2 * dim;
	return 0;
}

static real
narrow_of(const struct job *j, const real *x)
{
	return 1 / REAL_SQRT(vmath_dot(x, x, j->dim) / (real)j->dim + j->eps);
}

static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->positions, j->pieces, index),
	       to = shard_from(j->positions, j->pieces, index + 1), normed = j->heads + j->kv;

	for (size_t i = from; i < to; i++) {
		const real *x = j->x + i * j->width;
		real *y = j->n->out.data + i * j->width;

		for (size_t h = 0; h < normed; h++, x += j->dim, y += j->dim) {
			const real *gain = j->gain[h >= j->heads];
			real narrow = narrow_of(j, x);

			for (size_t k = 0; k < j->dim; k++)
				y[k] = x[k] * narrow * gain[k];
		}
		memcpy(y, x, j->kv * j->dim * sizeof *y);
	}
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	pool_run(g->pool, j.pieces, forward_piece, &j);
}

/* With u = gain dy and s = sqrt(v + eps), z = x / s: dx = (u - z mean(u z)) / s. */
static void
backward_head(const struct job *j, const real *x, const real *dy, const real *gain, real *sum,
	      real *dx)
{
	real narrow = narrow_of(j, x), mean = 0;

	for (size_t k = 0; k < j->dim; k++) {
		real z = x[k] * narrow;

		sum[k] += dy[k] * z;
		mean += gain[k] * dy[k] * z;
	}
	mean /= (real)j->dim;
	for (size_t k = 0; dx && k < j->dim; k++)
		dx[k] += (gain[k] * dy[k] - x[k] * narrow * mean) * narrow;
}

static void
backward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->positions, j->pieces, index),
	       to = shard_from(j->positions, j->pieces, index + 1), normed = j->heads + j->kv;
	real *sum = j->n->work + (size_t)index * 2 * j->dim;

	memset(sum, 0, 2 * j->dim * sizeof *sum);
	for (size_t i = from; i < to; i++) {
		const real *x = j->x + i * j->width, *dy = j->n->grad + i * j->width;
		real *dx = j->dx ? j->dx + i * j->width : NULL;

		if (dx && !j->adds)
			memset(dx, 0, j->width * sizeof *dx);
		for (size_t h = 0; h < normed; h++) {
			bool key = h >= j->heads;

			backward_head(j, x + h * j->dim, dy + h * j->dim, j->gain[key],
				      sum + (key ? j->dim : 0), dx ? dx + h * j->dim : NULL);
		}
		for (size_t k = normed * j->dim; dx && k < j->width; k++)
			dx[k] += dy[k];
	}
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	pool_run(g->pool, j.pieces, backward_piece, &j);
	for (int i = 0; i < 2; i++) {
		real *to = g->grad + g->layout->param[n->param[i]].offset;

		memset(to, 0, j.dim * sizeof *to);
		for (int p = 0; p < j.pieces; p++)
			for (size_t k = 0; k < j.dim; k++)
				to[k] += n->work[((size_t)p * 2 + (size_t)i) * j.dim + k];
	}
}

static double
cost(const struct graph *g, const struct node *n)
{
	(void)g;
	return 5 * (double)tensor_width(&n->out);
}

const struct op op_head_norm = {
	.name = "head_norm",
	.doc = "RMS norm of the queries and keys of each head, with learned gains.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
