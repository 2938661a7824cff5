/* op_norm.c: layer norm and RMS norm over the last dimension. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/engine/cut.h"
#include "retort/engine/graph.h"
#include "retort/engine/op.h"

#include <stdio.h>
#include <string.h>

/*
 * in[0]    x, of any rank
 * attr     see the NORM_ names in op.h
 * Parameters: NAME.gain, and NAME.bias for the layer norm; without weight decay.
 * z = (x - m) / sqrt(v + eps), y = gain z + bias; m and v are the mean and the variance of a position's numbers. The
 * RMS norm has m = 0, so that v is the mean square, and no bias. Kept: m and 1 / sqrt(v + eps) of every position; z is
 * worked out again, since x has to be read anyway.
 */
#define LANES 16 /* partial sums of a row, so that the loop can use vectors; added in their order */

struct job {
	const struct node *n;
	const real *x, *gain, *bias;
	real *dx, *saved;
	bool adds, centred;
	size_t positions, width;
	real eps;
	int pieces;
};

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct node *from = &g->node[n->in[0]];
	struct job j = { .n = n, .x = from->out.data, .dx = from->grad, .adds = n->adds[0] };

	j.width = n->out.dim[n->out.rank - 1];
	j.positions = g->rows * (tensor_width(&n->out) / j.width);
	j.centred = n->attr[NORM_KIND] == NORM_LAYER;
	j.eps = n->attr[NORM_EPS] > 0 ? (real)n->attr[NORM_EPS] : (real)1e-5;
	j.gain = g->value + g->layout->param[n->param[0]].offset;
	j.bias = j.centred ? g->value + g->layout->param[n->param[1]].offset : NULL;
	j.saved = n->saved;
	j.pieces = cut_pieces(j.positions, j.width);
	return j;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	size_t width;
	char name[PARAM_NAME + 8];

	if (!(n->attr[NORM_EPS] >= 0))
		return err_set(e, "%g cannot be added to a mean square; 0 or more can", n->attr[NORM_EPS]);
	n->out = g->node[n->in[0]].out;
	width = n->out.dim[n->out.rank - 1];
	snprintf(name, sizeof name, "%s.gain", n->name);
	n->param[n->n_params++] = param_add(g->layout, group, name, 1, &width, false, PARAM_ONE);
	snprintf(name, sizeof name, "%s.bias", n->name);
	if (n->attr[NORM_KIND] == NORM_LAYER)
		n->param[n->n_params++] = param_add(g->layout, group, name, 1, &width, false, PARAM_ZERO);
	*saved = 2 * (tensor_width(&n->out) / width);
	n->n_work = (size_t)CUT_PIECES * 2 * width;
	return 0;
}

static real
sum_lanes(const real *lane)
{
	real sum = 0;

	for (size_t i = 0; i < LANES; i++)
		sum += lane[i];
	return sum;
}

static real
sum_of(const real *x, size_t n)
{
	real lane[LANES] = { 0 };
	size_t k = 0;

	for (; k + LANES <= n; k += LANES)
		for (size_t i = 0; i < LANES; i++)
			lane[i] += x[k + i];
	for (size_t i = 0; k + i < n; i++)
		lane[i] += x[k + i];
	return sum_lanes(lane);
}

/* Sum of squares of what is left of the mean. */
static real
squares_of(const real *x, size_t n, real mean)
{
	real lane[LANES] = { 0 };
	size_t k = 0;

	for (; k + LANES <= n; k += LANES)
		for (size_t i = 0; i < LANES; i++)
			lane[i] += (x[k + i] - mean) * (x[k + i] - mean);
	for (size_t i = 0; k + i < n; i++)
		lane[i] += (x[k + i] - mean) * (x[k + i] - mean);
	return sum_lanes(lane);
}

static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = cut_from(j->positions, j->pieces, index), to = cut_from(j->positions, j->pieces, index + 1);

	for (size_t i = from; i < to; i++) {
		const real *x = j->x + i * j->width;
		real *y = j->n->out.data + i * j->width;
		real mean = j->centred ? sum_of(x, j->width) / (real)j->width : 0;
		real narrow = 1 / REAL_SQRT(squares_of(x, j->width, mean) / (real)j->width + j->eps);

		for (size_t k = 0; k < j->width; k++)
			y[k] = (x[k] - mean) * narrow * j->gain[k];
		for (size_t k = 0; j->bias && k < j->width; k++)
			y[k] += j->bias[k];
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

/*
 * With u = gain dy: dx = (u - mean(u) - z mean(u z)) / spread, without mean(u) for the RMS norm. On the way the
 * gradients of gain and bias, sums over the positions of this piece.
 */
static void
backward_row(const struct job *j, size_t i, real *dgain, real *dbias)
{
	const real *x = j->x + i * j->width, *dy = j->n->grad + i * j->width;
	real *dx = j->dx ? j->dx + i * j->width : NULL;
	real mean = j->saved[2 * i], narrow = j->saved[2 * i + 1], u = 0, uz = 0;
	real lane_u[LANES] = { 0 }, lane_uz[LANES] = { 0 };

	for (size_t k = 0; k < j->width; k += LANES)
		for (size_t l = 0; l < LANES && k + l < j->width; l++) {
			real z = (x[k + l] - mean) * narrow, d = dy[k + l];

			lane_u[l] += d * j->gain[k + l];
			lane_uz[l] += d * j->gain[k + l] * z;
			dgain[k + l] += d * z;
			dbias[k + l] += d;
		}
	u = j->centred ? sum_lanes(lane_u) / (real)j->width : 0;
	uz = sum_lanes(lane_uz) / (real)j->width;
	for (size_t k = 0; dx && k < j->width; k++) {
		real z = (x[k] - mean) * narrow, d = (dy[k] * j->gain[k] - u - z * uz) * narrow;

		dx[k] = j->adds ? dx[k] + d : d;
	}
}

static void
backward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = cut_from(j->positions, j->pieces, index), to = cut_from(j->positions, j->pieces, index + 1);
	real *sum = j->n->work + (size_t)index * 2 * j->width;

	memset(sum, 0, 2 * j->width * sizeof *sum);
	for (size_t i = from; i < to; i++)
		backward_row(j, i, sum, sum + j->width);
}

/* Sums of pieces in the order of the pieces. */
static void
add_sums(const struct job *j, real *to, const real *sum)
{
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
	.doc = "Layer norm or RMS norm of every position, with a gain and a bias to learn.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
