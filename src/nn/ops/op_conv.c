/* op_conv.c: convolution over maps, y = f(w * x + b), by products over gathered windows or by
 * loops. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>

#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/ops/conv_grad.h"
#include "retort/nn/ops/conv_job.h"
#include "retort/nn/ops/op_table.h"

/*
 * in[0]: x [rows, height, width, channels]
 * attr: CONV_ in op_table.h
 * parameters: NAME.weight [size, size, channels in / groups, channels out], NAME.bias [channels
 * out] out: [rows, height, width, channels out]
 *
 * The windows of a tile of positions, gathered as rows, times W are the rows of the output. Bias
 * and activation are applied to a tile while it is in the cache. Windows of one position are not
 * gathered: x itself is the left side of the product. Work is divided by images.
 *
 * Where conv_direct_plan returns true, plain loops compute all three passes (conv_direct.h); with
 * a stride the gradient of the input remains a product.
 */
static int
check(const struct node *n, const struct window *w, struct err *e)
{
	double out = n->attr[CONV_CHANNELS];
	enum act act = (enum act)(int)n->attr[CONV_ACT];

	if (!(out >= 1 && out <= 65536))
		return err_set(e, "invalid channels %g (expected 1 to 65536)", out);
	if (!(n->attr[CONV_GROUPS] >= 0 && n->attr[CONV_GROUPS] <= (double)w->channels))
		return err_set(e, "invalid groups %g (expected 1 to %zu)", n->attr[CONV_GROUPS],
			       w->channels);
	if (w->channels % conv_job_groups(n) != 0 || (size_t)out % conv_job_groups(n) != 0)
		return err_set(e,
			       "invalid groups %zu (expected a divisor of %zu input and %g output "
			       "channels)",
			       conv_job_groups(n), w->channels, out);
	if (act_needs_input(act))
		return err_set(e,
			       "invalid activation '%s' (expected none, relu or tanh, whose "
			       "derivatives need only the output)",
			       act_name[act]);
	return 0;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	size_t dim[4], out, len, map;
	struct conv_direct direct, back;
	struct window w;
	char name[PARAM_NAME + 8];

	if (conv_job_window(g, n, &w, e) < 0 || check(n, &w, e) < 0)
		return -1;
	out = (size_t)n->attr[CONV_CHANNELS];
	map = w.height * w.width * w.channels;
	n->out = (struct tensor){ .rank = 4, .dim = { g->capacity, w.down, w.across, out } };
	dim[0] = dim[1] = w.size;
	dim[2] = w.channels / conv_job_groups(n);
	dim[3] = out;
	snprintf(name, sizeof name, "%s.weight", n->name);
	n->param[n->n_params++] = param_add(g->layout, group, name, 4, dim, true, PARAM_HE);
	snprintf(name, sizeof name, "%s.bias", n->name);
	if (n->attr[CONV_BARE] == 0)
		n->param[n->n_params++] =
			param_add(g->layout, group, name, 1, &out, false, PARAM_ZERO);
	len = dim[0] * dim[1] * dim[2];
	n->n_scratch = conv_job_pointwise(&w) ? 0 : conv_job_tile(len, out) * len;
	if (conv_direct_plan(&direct, &w, conv_job_groups(n), out) && direct.scratch > n->n_scratch)
		n->n_scratch = direct.scratch;
	if (conv_direct_plan(&direct, &w, conv_job_groups(n), out) &&
	    conv_direct_plan_back(&direct, &back) && back.scratch + map > n->n_scratch)
		n->n_scratch = back.scratch + map;
	len = len * out + out;
	n->n_work = (size_t)conv_job_weight_pieces(len, CONV_JOB_PIECES, SHARD_LEAST) *
		    len; /* pieces for any number of rows, at most */
	*saved = 0;
	return 0;
}

static void
finish(const struct conv_job *j, real *y, size_t n)
{
	for (size_t i = 0; j->b && i < n; i++)
		for (size_t k = 0; k < j->out; k++)
			y[i * j->out + k] += j->b[k];
	act_forward(j->act, y, n * j->out);
}

/* Compute a piece of the images by loops. */
static void
forward_loops(const struct conv_job *j, int index)
{
	size_t map = tensor_width(&j->g->node[j->n->in[0]].out), len = j->area * j->out;
	size_t to = shard_from(j->rows, j->pieces, index + 1);
	real *scratch = graph_scratch(j->g);

	conv_direct_begin(&j->direct, j->w, scratch);
	for (size_t i = shard_from(j->rows, j->pieces, index); i < to; i++) {
		real *y = j->n->out.data + i * len;

		conv_direct_forward(&j->direct, j->x + i * map, j->b, j->act == ACT_RELU, scratch,
				    y);
		if (j->act != ACT_RELU)
			act_forward(j->act, y, len);
	}
}

static void
forward_piece(void *arg, int index)
{
	const struct conv_job *j = arg;
	struct conv_job_tiles t = conv_job_tiles(j, j->pieces, index);
	real *scratch = graph_scratch(j->g);

	if (j->loops) {
		forward_loops(j, index);
		return;
	}
	for (size_t i = 0; i < t.tiles; i++) {
		size_t n, at = conv_job_tile_at(&t, i, &n), ld;
		real *y = j->n->out.data + at * j->out;

		for (size_t group = 0; group < j->groups; group++) {
			const real *a = conv_job_windows(j, group, at, n, scratch, &ld);

			blas_one(&(struct blas_product){ .m = n,
							 .n = j->each,
							 .k = j->k,
							 .a = a,
							 .lda = ld,
							 .b = j->w + group * j->each,
							 .ldb = j->out,
							 .c = y + group * j->each,
							 .ldc = j->out });
		}
		finish(j, y, n);
	}
}

static void
forward(struct graph *g, struct node *n)
{
	struct conv_job j = conv_job_of(g, n);

	pool_run(g->pool, j.pieces, forward_piece, &j);
}

static void
backward(struct graph *g, struct node *n)
{
	struct conv_job j = conv_job_of(g, n);

	pool_run(g->pool, j.w_pieces, conv_grad_weight, &j);
	pool_run(g->pool, conv_grad_sum_pieces(&j), conv_grad_sum, &j);
	if (j.dx)
		pool_run(g->pool, j.pieces, conv_grad_input, &j);
}

static double
cost(const struct graph *g, const struct node *n)
{
	const struct param *w = &g->layout->param[n->param[0]];

	return 2.0 * (double)(w->len / w->dim[3]) * (double)tensor_width(&n->out);
}

const struct op op_conv = {
	.name = "conv",
	.doc = "f(w * x + b): 2-D convolution with bias and activation.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.adds_grad_factor = true,
	.cost = cost,
};
