/* op_batch_norm.c: y = f(gain (x - mean) / spread + bias + r), by channel over the batch (Ioffe and
 * Szegedy 2015). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/multi.h"
#include "retort/nn/gemm/act.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/channel_moments.h"
#include "retort/nn/ops/op_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * in[0]: x; the last dimension is channels, all others are positions
 * in[1]: r, optional: a residual connection, added before the activation
 * attr: BATCH_NORM_ in op_table.h
 * parameters: NAME.gain and NAME.bias, without weight decay; state: NAME.running_mean and
 *             NAME.running_var
 *
 * In training, mean and variance are those of the batch, and forward updates the running ones, the
 * variance with the divisor n - 1, as in PyTorch; a batch that is not finite does not. Otherwise
 * the running ones are used.
 *
 * Statistics: see channel_moments.h.
 */
#define BLOCK \
	64 /* positions whose gradients are summed in `real` before they are added in double */

struct job {
	struct graph *g;
	struct node *n;
	const real *x, *r, *gain, *bias;
	real *dx, *dr;
	bool dx_adds, dr_adds, relu, batch; /* batch: statistics of the batch */
	size_t positions, channels;
	real *mean, *narrow; /* [channels]; narrow: 1 / standard deviation */
	double *sum;         /* [pieces, 2, channels]: mean, squares; or sums of gradients */
	real *some;          /* [pieces, 2, channels]: the same of a block */
	real *slope, *lean;  /* [channels] for the gradient of the input */
	double eps;
	int pieces;
};

/* Numbers of scratch or work that n doubles take. */
static size_t
doubles(size_t n)
{
	return n * (sizeof(double) / sizeof(real));
}

/*
 * Set the pointers: sums of pieces in the scratch of the calling thread, which no piece uses for
 * anything else; mean and 1 / standard deviation in node->work, from forward to backward, or in
 * scratch where there is none.
 */
static void
set_pointers(struct job *j)
{
	real *at = graph_scratch(j->g);

	j->sum = (double *)(void *)at;
	at += doubles(2 * SHARD_PIECES * j->channels);
	j->some = at;
	at += 2 * SHARD_PIECES * j->channels;
	j->slope = at;
	j->lean = at + j->channels;
	at += 2 * j->channels;
	j->mean = j->n->work ? j->n->work : at;
	j->narrow = j->mean + j->channels;
}

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct param *p = g->layout->param;
	const struct node *from = &g->node[n->in[0]],
			  *more = n->n_in > 1 ? &g->node[n->in[1]] : NULL;
	struct job j = {
		.g = g, .n = n, .x = from->out.data, .dx = from->grad, .dx_adds = n->adds[0]
	};

	j.channels = n->out.dim[n->out.rank - 1];
	j.positions = g->rows * (tensor_width(&n->out) / j.channels);
	j.gain = g->value + p[n->param[0]].offset;
	j.bias = g->value + p[n->param[1]].offset;
	j.relu = n->attr[BATCH_NORM_ACT] == ACT_RELU;
	j.batch = g->training;
	j.eps = n->attr[BATCH_NORM_EPS] > 0 ? n->attr[BATCH_NORM_EPS] : 1e-5;
	j.pieces = shard_pieces(j.positions, j.channels);
	if (more) {
		j.r = more->out.data;
		j.dr = more->grad;
		j.dr_adds = n->adds[1];
		if (n->in[0] == n->in[1]) { /* the plan has x first, here r is first */
			j.dr_adds = n->adds[0];
			j.dx_adds = true;
		}
	}
	set_pointers(&j);
	return j;
}

static int
check(const struct graph *g, const struct node *n, struct err *e)
{
	double act = n->attr[BATCH_NORM_ACT], momentum = n->attr[BATCH_NORM_MOMENTUM];
	const struct tensor *r = n->n_in > 1 ? &g->node[n->in[1]].out : &n->out;

	if (g->node[n->in[0]].ids)
		return err_set(e, "invalid input: token ids (expected numbers)");
	if (act != ACT_NONE && act != ACT_RELU)
		return err_set(e, "invalid activation '%s' (expected none or relu)",
			       act_name[(int)act]);
	if (!(n->attr[BATCH_NORM_EPS] >= 0))
		return err_set(e, "invalid eps %g (expected at least 0)", n->attr[BATCH_NORM_EPS]);
	if (!(momentum >= 0 && momentum <= 1))
		return err_set(e, "invalid momentum %g (expected 0 to 1)", momentum);
	if (r->rank != n->out.rank ||
	    memcmp(r->dim, n->out.dim, (size_t)r->rank * sizeof r->dim[0]) != 0)
		return err_set(e, "invalid residual width %zu (expected %zu)", tensor_width(r),
			       tensor_width(&n->out));
	return 0;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	size_t channels;
	char name[PARAM_NAME + 16];

	n->out = g->node[n->in[0]].out;
	if (check(g, n, e) < 0)
		return -1;
	channels = n->out.dim[n->out.rank - 1];
	snprintf(name, sizeof name, "%s.gain", n->name);
	n->param[n->n_params++] = param_add(g->layout, group, name, 1, &channels, false, PARAM_ONE);
	snprintf(name, sizeof name, "%s.bias", n->name);
	n->param[n->n_params++] =
		param_add(g->layout, group, name, 1, &channels, false, PARAM_ZERO);
	snprintf(name, sizeof name, "%s.running_mean", n->name);
	n->param[n->n_params++] = param_add_state(g->layout, group, name, 1, &channels, PARAM_ZERO);
	snprintf(name, sizeof name, "%s.running_var", n->name);
	n->param[n->n_params++] = param_add_state(g->layout, group, name, 1, &channels, PARAM_ONE);
	n->n_scratch =
		doubles(2 * SHARD_PIECES * channels) + 2 * SHARD_PIECES * channels + 4 * channels;
	n->n_work = 2 * channels;
	*saved = 0;
	return 0;
}

static void
statistics_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->positions, j->pieces, index),
	       to = shard_from(j->positions, j->pieces, index + 1);
	double *sum = j->sum + (size_t)index * 2 * j->channels;
	real *some = j->some + (size_t)index * 2 * j->channels;

	channel_moments_find(j->x + from * j->channels, to - from, j->channels, sum, some);
}

/* Update the running statistics of channel c. */
static void
update_running(const struct job *j, size_t c, double mean, double variance)
{
	const struct param *p = j->g->layout->param;
	double share = j->n->attr[BATCH_NORM_MOMENTUM] > 0 ? j->n->attr[BATCH_NORM_MOMENTUM] : 0.1,
	       n = (double)j->positions;
	real *m = j->g->value + p[j->n->param[2]].offset + c,
	     *v = j->g->value + p[j->n->param[3]].offset + c;

	if (!isfinite(mean) || !isfinite(variance))
		return;
	*m = (real)((1 - share) * (double)*m + share * mean);
	*v = (real)((1 - share) * (double)*v + share * variance * (n > 1 ? n / (n - 1) : 1));
}

static void
use_batch(const struct job *j)
{
	double *mean = j->sum, *squares = j->sum + j->channels;

	for (int p = 1; p < j->pieces; p++) {
		const double *more = j->sum + (size_t)p * 2 * j->channels;
		size_t had = shard_from(j->positions, j->pieces, p),
		       n = shard_from(j->positions, j->pieces, p + 1) - had;

		channel_moments_merge(j->sum, had, more, n, j->channels);
	}
	for (size_t c = 0; c < j->channels; c++) {
		double variance = squares[c] / (double)j->positions;

		j->mean[c] = (real)mean[c];
		j->narrow[c] = (real)(1 / sqrt(variance + j->eps));
		if (j->g->saves)
			update_running(j, c, mean[c], variance);
	}
}

static void
use_running(const struct job *j)
{
	const struct param *p = j->g->layout->param;
	const real *mean = j->g->value + p[j->n->param[2]].offset,
		   *variance = j->g->value + p[j->n->param[3]].offset;

	for (size_t c = 0; c < j->channels; c++) {
		j->mean[c] = mean[c];
		j->narrow[c] = (real)(1 / sqrt((double)variance[c] + j->eps));
	}
}

/* Compute y = f((x - mean) slope + bias + r) for n positions. r may be NULL. */
MULTIVERSION static void
normalize(const struct job *j, const real *restrict x, const real *r, size_t n, real *restrict y)
{
	const real *restrict mean = j->mean, *restrict slope = j->slope, *restrict bias = j->bias;
	size_t channels = j->channels;

	for (size_t i = 0; i < n; i++, x += channels, y += channels) {
		for (size_t c = 0; c < channels; c++)
			y[c] = (x[c] - mean[c]) * slope[c] + bias[c];
		if (r)
			for (size_t c = 0; c < channels; c++)
				y[c] += r[i * channels + c];
		if (j->relu)
			for (size_t c = 0; c < channels; c++)
				y[c] = y[c] < 0 ? 0 : y[c];
	}
}

static void
normalize_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->positions, j->pieces, index),
	       to = shard_from(j->positions, j->pieces, index + 1);
	size_t at = from * j->channels;

	normalize(j, j->x + at, j->r ? j->r + at : NULL, to - from, j->n->out.data + at);
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	if (j.positions == 0)
		return;
	if (j.batch) {
		pool_run(g->pool, j.pieces, statistics_piece, &j);
		use_batch(&j);
	} else {
		use_running(&j);
	}
	for (size_t c = 0; c < j.channels; c++)
		j.slope[c] = j.gain[c] * j.narrow[c];
	pool_run(g->pool, j.pieces, normalize_piece, &j);
}

/*
 * For n positions, turn dy into the gradient before the activation, which is that of r too, and set
 * some[] to the sums of dy and of dy (x - mean).
 */
MULTIVERSION static void
sum_block(const struct job *j, size_t at, size_t n, real *restrict some)
{
	size_t channels = j->channels;
	const real *restrict x = j->x + at, *restrict y = j->n->out.data + at,
			     *restrict mean = j->mean;
	real *restrict dy = j->n->grad + at, *restrict more = some + channels;
	real *dr = j->dr ? j->dr + at : NULL;

	memset(some, 0, 2 * channels * sizeof *some);
	for (size_t i = 0; i < n; i++, x += channels, y += channels, dy += channels) {
		if (j->relu)
			for (size_t c = 0; c < channels; c++)
				dy[c] = y[c] > 0 ? dy[c] : 0;
		for (size_t c = 0; c < channels; c++) {
			some[c] += dy[c];
			more[c] += dy[c] * (x[c] - mean[c]);
		}
		for (size_t c = 0; dr && c < channels; c++)
			dr[i * channels + c] = dy[c] + (j->dr_adds ? dr[i * channels + c] : 0);
	}
}

static void
sum_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->positions, j->pieces, index),
	       to = shard_from(j->positions, j->pieces, index + 1);
	double *sum = j->sum + (size_t)index * 2 * j->channels;
	real *some = j->some + (size_t)index * 2 * j->channels;

	memset(sum, 0, 2 * j->channels * sizeof *sum);
	for (size_t i = from; i < to; i += BLOCK) {
		sum_block(j, i * j->channels, to - i < BLOCK ? to - i : BLOCK, some);
		for (size_t k = 0; k < 2 * j->channels; k++)
			sum[k] += (double)some[k];
	}
}

/*
 * Compute the gradients of gain and bias, and the coefficients of that of the input. With u = gain
 * dy, s the standard deviation and z = (x - mean) / s: dx = (u - mean(u) - z mean(u z)) / s = slope
 * (dy - shift - (x - mean) lean); with running statistics dx = slope dy.
 */
static void
add_sums(const struct job *j, real *shift)
{
	const struct param *p = j->g->layout->param;
	real *dgain = j->g->grad + p[j->n->param[0]].offset,
	     *dbias = j->g->grad + p[j->n->param[1]].offset;
	double *sum = j->sum, share = j->batch ? 1 / (double)j->positions : 0;

	for (int i = 1; i < j->pieces; i++)
		for (size_t k = 0; k < 2 * j->channels; k++)
			sum[k] += sum[(size_t)i * 2 * j->channels + k];
	for (size_t c = 0; c < j->channels; c++) {
		double narrow = (double)j->narrow[c], product = sum[j->channels + c];

		dgain[c] = (real)(product * narrow);
		dbias[c] = (real)sum[c];
		shift[c] = (real)(sum[c] * share);
		j->lean[c] = (real)(product * narrow * narrow * share);
		j->slope[c] = j->gain[c] * j->narrow[c];
	}
}

MULTIVERSION static void
input_gradient(const struct job *j, size_t at, size_t n)
{
	size_t channels = j->channels;
	const real *restrict x = j->x + at, *restrict dy = j->n->grad + at,
			     *restrict mean = j->mean;
	const real *restrict slope = j->slope, *restrict lean = j->lean, *restrict shift = j->some;
	real *restrict dx = j->dx + at;

	for (size_t i = 0; i < n; i++, x += channels, dy += channels, dx += channels)
		if (j->dx_adds)
			for (size_t c = 0; c < channels; c++)
				dx[c] += slope[c] * (dy[c] - shift[c] - (x[c] - mean[c]) * lean[c]);
		else
			for (size_t c = 0; c < channels; c++)
				dx[c] = slope[c] * (dy[c] - shift[c] - (x[c] - mean[c]) * lean[c]);
}

static void
input_gradient_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->positions, j->pieces, index),
	       to = shard_from(j->positions, j->pieces, index + 1);

	input_gradient(j, from * j->channels, to - from);
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	pool_run(g->pool, j.pieces, sum_piece, &j);
	add_sums(&j, j.some); /* the sums of blocks are no longer needed */
	if (j.dx)
		pool_run(g->pool, j.pieces, input_gradient_piece, &j);
}

/* Statistics: a sum, then a squared difference summed; output: a difference, a product, two sums.
 */
static double
cost(const struct graph *g, const struct node *n)
{
	return (3.0 + (n->n_in > 1) + (g->training ? 4 : 0)) * (double)tensor_width(&n->out);
}

const struct op op_batch_norm = {
	.name = "batch_norm",
	.doc = "Batch norm by channel with a learned gain and bias; optional residual connection "
	       "and relu.",
	.n_in = 1,
	.n_more = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
