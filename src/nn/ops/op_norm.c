/* op_norm.c: layer norm and RMS norm over the last dimension. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/multi.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/gemm/vmath.h"

#include <stdio.h>
#include <string.h>

/*
 * in[0]: x, of any rank
 * attr: NORM_ in op_table.h
 * parameters: NAME.gain, and NAME.bias for layer norm; without weight decay; or those of NORM_LIKE
 *
 * z = (x - m) / sqrt(v + eps), y = gain z + bias; m and v are the mean and the variance of a
 * position. NORM_RMS_ONE has 1 + gain for the gain. RMS norm has m = 0, so that v is the mean
 * square, and no bias. Saved: m and 1 / sqrt(v + eps) of every position; z is computed again, since
 * x has to be read anyway.
 */
struct job {
	const struct graph *g;
	const struct node *n;
	const real *x, *gain, *bias;
	real *dx, *saved;
	bool adds, centred;
	size_t positions, width;
	real eps, one; /* one: added to the gain */
	int pieces;
};

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct node *from = &g->node[n->in[0]];
	struct job j = {
		.g = g, .n = n, .x = from->out.data, .dx = from->grad, .adds = n->adds[0]
	};

	j.width = n->out.dim[n->out.rank - 1];
	j.positions = g->rows * (tensor_width(&n->out) / j.width);
	j.centred = n->attr[NORM_KIND] == NORM_LAYER;
	j.eps = n->attr[NORM_EPS] > 0 ? (real)n->attr[NORM_EPS] : (real)1e-5;
	j.one = n->attr[NORM_KIND] == NORM_RMS_ONE ? 1 : 0;
	j.gain = g->value + g->layout->param[n->param[0]].offset;
	j.bias = j.centred ? g->value + g->layout->param[n->param[1]].offset : NULL;
	j.saved = n->saved;
	j.pieces = shard_pieces(j.positions, j.width);
	return j;
}

/* Share the parameters of node NORM_LIKE - 1; see share_parameters of op_dense.c. */
static int
share_parameters(struct graph *g, struct node *n, size_t width, struct err *e)
{
	const struct node *like = &g->node[(int)n->attr[NORM_LIKE] - 1];

	if (like->op != &op_norm || like->attr[NORM_KIND] != n->attr[NORM_KIND] ||
	    g->layout->param[like->param[0]].len != width)
		return err_set(e, "invalid shared norm %s (expected a norm of width %zu)",
			       like->name, width);
	n->n_params = like->n_params;
	memcpy(n->param, like->param, sizeof n->param);
	for (int i = 0; i < g->n_nodes; i++)
		if (g->node[i].op == &op_norm && g->node[i].param[0] == n->param[0])
			g->node[i].attr[NORM_ADDS] = 1;
	return 0;
}

static void
add_parameters(struct graph *g, struct node *n, int group, size_t width)
{
	char name[PARAM_NAME + 8];

	snprintf(name, sizeof name, "%s.gain", n->name);
	n->param[n->n_params++] =
		param_add(g->layout, group, name, 1, &width, false,
			  n->attr[NORM_KIND] == NORM_RMS_ONE ? PARAM_ZERO : PARAM_ONE);
	snprintf(name, sizeof name, "%s.bias", n->name);
	if (n->attr[NORM_KIND] == NORM_LAYER)
		n->param[n->n_params++] =
			param_add(g->layout, group, name, 1, &width, false, PARAM_ZERO);
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	size_t width;

	if (!(n->attr[NORM_EPS] >= 0))
		return err_set(e, "invalid eps %g (expected at least 0)", n->attr[NORM_EPS]);
	n->out = g->node[n->in[0]].out;
	width = n->out.dim[n->out.rank - 1];
	if (n->attr[NORM_LIKE] == 0)
		add_parameters(g, n, group, width);
	else if (share_parameters(g, n, width, e) < 0)
		return -1;
	*saved = 2 * (tensor_width(&n->out) / width);
	n->n_work = (size_t)SHARD_PIECES * 2 * width;
	n->n_scratch = 2 * width;
	return 0;
}

MULTIVERSION static void
subtract_mean(const real *restrict x, size_t n, real mean, real *restrict out)
{
	for (size_t k = 0; k < n; k++)
		out[k] = x[k] - mean;
}

/* y = y narrow (one + gain) + bias. */
MULTIVERSION static void
finish(real *restrict y, size_t n, real narrow, real one, const real *restrict gain,
       const real *restrict bias)
{
	for (size_t k = 0; k < n; k++)
		y[k] *= narrow * (one + gain[k]);
	for (size_t k = 0; bias && k < n; k++)
		y[k] += bias[k];
}

/* Compute dx of one row; see backward_row. */
MULTIVERSION static void
pass_down(const real *restrict u, const real *restrict z, size_t n, real mean_u, real mean_uz,
	  real narrow, bool adds, real *restrict dx)
{
	if (adds)
		for (size_t k = 0; k < n; k++)
			dx[k] += (u[k] - mean_u - z[k] * mean_uz) * narrow;
	else
		for (size_t k = 0; k < n; k++)
			dx[k] = (u[k] - mean_u - z[k] * mean_uz) * narrow;
}

/* Subtract the mean from a row, and return the mean of squares. */
static real
centre(const real *x, size_t n, real mean, real *out)
{
	subtract_mean(x, n, mean, out);
	return vmath_dot(out, out, n) / (real)n;
}

static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->positions, j->pieces, index),
	       to = shard_from(j->positions, j->pieces, index + 1);

	for (size_t i = from; i < to; i++) {
		const real *x = j->x + i * j->width;
		real *y = j->n->out.data + i * j->width;
		real mean = j->centred ? vmath_sum(x, j->width) / (real)j->width : 0;
		real narrow = 1 / REAL_SQRT(centre(x, j->width, mean, y) + j->eps);

		finish(y, j->width, narrow, j->one, j->gain, j->bias);
		if (j->saved) {
			j->saved[2 * i] = mean;
			j->saved[2 * i + 1] = narrow;
		}
	}
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	pool_run(g->pool, j.pieces, forward_piece, &j);
}

/* Add the part of one row to the gradients of gain and bias; set u[k] = (one + gain) dy and z[k].
 */
MULTIVERSION static void
add_row(const real *restrict x, const real *restrict dy, real one, const real *restrict gain,
	size_t n, real mean, real narrow, real *restrict sum, real *restrict u, real *restrict z)
{
	for (size_t k = 0; k < n; k++) {
		z[k] = (x[k] - mean) * narrow;
		u[k] = dy[k] * (one + gain[k]);
		sum[k] += dy[k] * z[k];
		sum[n + k] += dy[k];
	}
}

/*
 * With u = gain dy and s = sqrt(v + eps): dx = (u - mean(u) - z mean(u z)) / s, without mean(u) for
 * RMS norm. Also adds to the gradients of gain and bias, summed over the positions of this piece.
 */
static void
backward_row(const struct job *j, size_t i, real *sum)
{
	const real *x = j->x + i * j->width, *dy = j->n->grad + i * j->width;
	real *dx = j->dx ? j->dx + i * j->width : NULL, *u = graph_scratch(j->g), *z = u + j->width;
	real mean = j->saved[2 * i], narrow = j->saved[2 * i + 1], mean_u, mean_uz;

	add_row(x, dy, j->one, j->gain, j->width, mean, narrow, sum, u, z);
	mean_u = j->centred ? vmath_sum(u, j->width) / (real)j->width : 0;
	mean_uz = vmath_dot(u, z, j->width) / (real)j->width;
	if (dx)
		pass_down(u, z, j->width, mean_u, mean_uz, narrow, j->adds, dx);
}

static void
backward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->positions, j->pieces, index),
	       to = shard_from(j->positions, j->pieces, index + 1);
	real *sum = j->n->work + (size_t)index * 2 * j->width;

	memset(sum, 0, 2 * j->width * sizeof *sum);
	for (size_t i = from; i < to; i++)
		backward_row(j, i, sum);
}

/* Add the sums of pieces in their order. */
static void
add_sums(const struct job *j, real *to, const real *sum)
{
	if (j->n->attr[NORM_ADDS] == 0)
		memset(to, 0, j->width * sizeof *to);
	for (int p = 0; p < j->pieces; p++)
		for (size_t k = 0; k < j->width; k++)
			to[k] += sum[(size_t)p * 2 * j->width + k];
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	pool_run(g->pool, j.pieces, backward_piece, &j);
	add_sums(&j, g->grad + g->layout->param[n->param[0]].offset, n->work);
	if (j.centred)
		add_sums(&j, g->grad + g->layout->param[n->param[1]].offset, n->work + j.width);
}

static double
cost(const struct graph *g, const struct node *n)
{
	(void)g;
	return (n->attr[NORM_KIND] == NORM_LAYER ? 7 : 5) * (double)tensor_width(&n->out);
}

const struct op op_norm = {
	.name = "norm",
	.doc = "Layer norm or RMS norm of each position, with a learned gain and bias.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
