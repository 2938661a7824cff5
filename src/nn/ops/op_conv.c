/* op_conv.c: convolution over maps, y = f(w * x + b), by products over gathered windows or by
 * loops. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/multi.h"
#include "retort/nn/gemm/act.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/ops/conv_direct.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/ops/window.h"

#include <stdio.h>
#include <string.h>

/*
 * in[0]    x: [rows, height, width, channels]
 * attr     see the CONV_ names in op.h
 * W is [size, size, channels in / groups, channels out] and b [channels out]: the windows of a tile
 * of positions, gathered as rows, times W is a plain product, and its rows are the maps that come
 * out. Bias and activation are applied to a tile while it is still in the cache. Windows of one
 * position are not gathered: x is the product's left side. Work is cut by images.
 *
 * Where conv_direct_plan says so, loops without a product do all three passes (direct.h). Of
 * strides only the input's gradient is a product still.
 */
#define TILE \
	65536 /* numbers of gathered windows: a quarter of a megabyte, an eighth of a core's L2 */
#define LEAST 64 /* positions in a tile all the same: the product packs all of W for each tile */
#define STRIP \
	2048     /* numbers of a gradient that are passed over several times, in the first cache */
#define LANES 64 /* sums side by side */
#define W_PIECES 8        /* of the weight gradient, each with a sum of its own */
#define W_ROOM (1u << 21) /* numbers in all these sums together, unless it is but two of them */

struct job {
	struct graph *g;
	struct node *n;
	struct window win;
	bool loops; /* direct.h, not products */
	bool turns; /* the input's gradient by loops too */
	struct conv_direct direct, back;
	const real *x;
	real *dx, *dw, *db;
	bool dx_adds;
	size_t groups, take, out,
		each;         /* channels of a group going in; coming out; coming out of a group */
	size_t k, area, rows; /* numbers in a group's window; positions on a map; images */
	size_t w_len;
	const real *w, *b; /* b NULL without */
	enum act act;
	int pieces, w_pieces; /* of the images; of the weight gradient */
};

static size_t
groups_of(const struct node *n)
{
	return n->attr[CONV_GROUPS] > 0 ? (size_t)n->attr[CONV_GROUPS] : 1;
}

static int
window_of(const struct graph *g, const struct node *n, struct window *w, struct err *e)
{
	double stride = n->attr[CONV_STRIDE] == 0 ? 1 : n->attr[CONV_STRIDE];

	return window_make(w, &g->node[n->in[0]].out, n->attr[CONV_KERNEL], stride,
			   n->attr[CONV_PADDING], e);
}

/* Nothing to gather: a window is the channels of one position, and positions follow each other. */
static bool
is_pointwise(const struct window *w)
{
	return w->size == 1 && w->stride == 1 && w->padding == 0;
}

static size_t
tile_of(size_t k, size_t out)
{
	size_t n = TILE / (k > out ? k : out);

	return n > LEAST ? n : LEAST;
}

/* Sums of pieces are as long as W and b: where these are large, few. */
static int
weight_pieces(size_t len, size_t rows, size_t row_work)
{
	int n = shard_pieces(rows, row_work), most = (int)(W_ROOM / len);

	most = most < 2 ? 2 : most > W_PIECES ? W_PIECES : most;
	return n < most ? n : most;
}

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct param *p = g->layout->param;
	const struct node *from = &g->node[n->in[0]];
	struct job j = { .g = g,
			 .n = n,
			 .x = from->out.data,
			 .dx = from->grad,
			 .dx_adds = n->adds[0],
			 .rows = g->rows };
	size_t work;

	window_of(g, n, &j.win, NULL);
	j.groups = groups_of(n);
	j.take = j.win.channels / j.groups;
	j.out = n->out.dim[3];
	j.each = j.out / j.groups;
	j.loops = conv_direct_plan(&j.direct, &j.win, j.groups, j.out);
	j.turns = j.loops && conv_direct_turn(&j.direct, &j.back);
	j.k = j.win.size * j.win.size * j.take;
	j.area = j.win.down * j.win.across;
	j.w_len = j.k * j.out;
	j.act = (enum act)(int)n->attr[CONV_ACT];
	j.w = g->value + p[n->param[0]].offset;
	j.b = n->n_params > 1 ? g->value + p[n->param[1]].offset : NULL;
	work = j.area * j.out * (1 + j.k / 16); /* sixteen multiply-adds take about as long as a
						   number of a plain pass */
	j.pieces = shard_pieces(j.rows, work);
	j.w_pieces = weight_pieces(j.w_len + j.out, j.rows, work);
	if (g->grad) {
		j.dw = g->grad + p[n->param[0]].offset;
		j.db = n->n_params > 1 ? g->grad + p[n->param[1]].offset : NULL;
	}
	return j;
}

static int
check(const struct node *n, const struct window *w, struct err *e)
{
	double out = n->attr[CONV_CHANNELS];
	enum act act = (enum act)(int)n->attr[CONV_ACT];

	if (!(out >= 1 && out <= 65536))
		return err_set(e, "channels %g is outside 1..65536", out);
	if (!(n->attr[CONV_GROUPS] >= 0 && n->attr[CONV_GROUPS] <= (double)w->channels))
		return err_set(e, "groups %g are outside 1..%zu", n->attr[CONV_GROUPS],
			       w->channels);
	if (w->channels % groups_of(n) != 0 || (size_t)out % groups_of(n) != 0)
		return err_set(e, "%zu groups do not divide %zu channels in and %g out",
			       groups_of(n), w->channels, out);
	if (act_needs_input(act))
		return err_set(
			e,
			"%s: its derivative needs what goes in; none, relu or tanh were expected",
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

	if (window_of(g, n, &w, e) < 0 || check(n, &w, e) < 0)
		return -1;
	out = (size_t)n->attr[CONV_CHANNELS];
	map = w.height * w.width * w.channels;
	n->out = (struct tensor){ .rank = 4, .dim = { g->capacity, w.down, w.across, out } };
	dim[0] = dim[1] = w.size;
	dim[2] = w.channels / groups_of(n);
	dim[3] = out;
	snprintf(name, sizeof name, "%s.weight", n->name);
	n->param[n->n_params++] = param_add(g->layout, group, name, 4, dim, true, PARAM_HE);
	snprintf(name, sizeof name, "%s.bias", n->name);
	if (n->attr[CONV_BARE] == 0)
		n->param[n->n_params++] =
			param_add(g->layout, group, name, 1, &out, false, PARAM_ZERO);
	len = dim[0] * dim[1] * dim[2];
	n->n_scratch = is_pointwise(&w) ? 0 : tile_of(len, out) * len;
	if (conv_direct_plan(&direct, &w, groups_of(n), out) && direct.scratch > n->n_scratch)
		n->n_scratch = direct.scratch;
	if (conv_direct_plan(&direct, &w, groups_of(n), out) && conv_direct_turn(&direct, &back) &&
	    back.scratch + map > n->n_scratch)
		n->n_scratch = back.scratch + map;
	len = len * out + out;
	n->n_work = (size_t)weight_pieces(len, W_PIECES, SHARD_LEAST) *
		    len; /* the most that any number of rows is cut in */
	*saved = 0;
	return 0;
}

/* The tiles of images from..to, in even parts. */
struct tiles {
	size_t from, n, tiles;
};

static struct tiles
tiles_of(const struct job *j, int pieces, int index)
{
	size_t from = shard_from(j->rows, pieces, index),
	       n = shard_from(j->rows, pieces, index + 1) - from;
	size_t tile = tile_of(j->k, j->out);

	return (struct tiles){ from * j->area, n * j->area, (n * j->area + tile - 1) / tile };
}

/* Tile t: its first position through all images, and how many. */
static size_t
tile_at(const struct tiles *t, size_t index, size_t *n)
{
	size_t from = t->n * index / t->tiles;

	*n = t->n * (index + 1) / t->tiles - from;
	return t->from + from;
}

/* The left side of a group's product over n positions from `at` on: gathered, or x itself. */
static const real *
windows(const struct job *j, size_t group, size_t at, size_t n, real *scratch, size_t *ld)
{
	*ld = j->k;
	if (is_pointwise(&j->win)) {
		*ld = j->win.channels;
		return j->x + at * j->win.channels + group * j->take;
	}
	window_gather(&j->win, j->x, group * j->take, j->take, at, n, scratch);
	return scratch;
}

static void
finish(const struct job *j, real *y, size_t n)
{
	for (size_t i = 0; j->b && i < n; i++)
		for (size_t k = 0; k < j->out; k++)
			y[i * j->out + k] += j->b[k];
	act_forward(j->act, y, n * j->out);
}

/* A piece of the images by loops. */
static void
forward_loops(const struct job *j, int index)
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
	const struct job *j = arg;
	struct tiles t = tiles_of(j, j->pieces, index);
	real *scratch = graph_scratch(j->g);

	if (j->loops) {
		forward_loops(j, index);
		return;
	}
	for (size_t i = 0; i < t.tiles; i++) {
		size_t n, at = tile_at(&t, i, &n), ld;
		real *y = j->n->out.data + at * j->out;

		for (size_t group = 0; group < j->groups; group++) {
			const real *a = windows(j, group, at, n, scratch, &ld);

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
	struct job j = job_of(g, n);

	pool_run(g->pool, j.pieces, forward_piece, &j);
}

/* The pull of each place, for each of its channels. */
static MULTI_INLINE void
spread(const real *restrict pull, size_t n, size_t out, real *restrict factor)
{
	for (size_t i = 0; i < n; i++, factor += out) {
		size_t k = 0;

		for (; k + 8 <= out; k += 8)
			for (size_t l = 0; l < 8; l++)
				factor[k + l] = pull[i];
		for (; k < out; k++)
			factor[k] = pull[i];
	}
}

/* Sums over n positions. Where LANES is a multiple of the channels, positions are added side by
 * side. */
static MULTI_INLINE void
add_positions(const real *restrict dy, size_t n, size_t out, real *restrict sum)
{
	real lane[LANES] = { 0 };
	size_t i = 0;

	if (LANES % out != 0) {
		for (; i < n; i++, dy += out)
			for (size_t k = 0; k < out; k++)
				sum[k] += dy[k];
		return;
	}
	for (; i + LANES <= n * out; i += LANES)
		for (size_t k = 0; k < LANES; k++)
			lane[k] += dy[i + k];
	for (size_t k = 0; i < n * out; i++, k++)
		lane[k] += dy[i];
	for (size_t k = 0; k < LANES; k++)
		sum[k % out] += lane[k];
}

/* Behind relu; see activation. Without `has`, dy holds nothing yet; pull NULL: none. */
MULTIVERSION static void
relu_slopes(real *restrict dy, const real *restrict y, size_t n, size_t out, bool has,
	    const real *restrict pull, real *restrict sum)
{
	size_t strip = STRIP / out ? STRIP / out : 1;
	real factor[STRIP];

	for (size_t i = 0, len; i < n; i += strip, dy += len, y += len) {
		size_t places = n - i < strip ? n - i : strip;

		len = places * out;
		if (!pull) {
			for (size_t k = 0; k < len; k++)
				dy[k] = y[k] > 0 ? dy[k] : 0;
		} else if (out > STRIP) {
			for (size_t k = 0; k < len; k++)
				dy[k] = y[k] > 0 ? (has ? dy[k] : 0) + pull[i] * y[k] : 0;
		} else {
			spread(pull + i, places, out, factor);
			for (size_t k = 0; k < len; k++)
				dy[k] = y[k] > 0 ? (has ? dy[k] : 0) + factor[k] * y[k] : 0;
		}
		add_positions(dy, places, out, sum);
	}
}

/*
 * The gradient of y, with what losses pull, becomes the one before the activation, in place, and is
 * summed over positions: of one tile, while it is in the cache.
 */
static void
activation(const struct job *j, size_t at, size_t n, real *sum)
{
	const real *y = j->n->out.data + at * j->out, *pull = j->n->pull ? j->n->pull + at : NULL;
	real *dy = j->n->grad + at * j->out;

	if (j->act == ACT_RELU) {
		relu_slopes(dy, y, n, j->out, j->n->met, pull, sum);
		return;
	}
	for (size_t i = 0; pull && i < n * j->out; i++)
		dy[i] = (j->n->met ? dy[i] : 0) + pull[i / j->out] * y[i];
	act_backward(j->act, dy, NULL, y, n * j->out);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < j->out; k++)
			sum[k] += dy[i * j->out + k];
}

static void
weight_loops(const struct job *j, int index, real *dw)
{
	size_t map = tensor_width(&j->g->node[j->n->in[0]].out),
	       to = shard_from(j->rows, j->w_pieces, index + 1);
	real *scratch = graph_scratch(j->g);

	conv_direct_begin(&j->direct, NULL, scratch);
	for (size_t i = shard_from(j->rows, j->w_pieces, index); i < to; i++) {
		activation(j, i * j->area, j->area, dw + j->w_len);
		conv_direct_weight(&j->direct, j->x + i * map, j->n->grad + i * j->area * j->out,
				   scratch);
	}
	conv_direct_sum(&j->direct, scratch, dw);
}

/* A piece's sums over its images: of W, and behind it of b. */
static void
weight_piece(void *arg, int index)
{
	const struct job *j = arg;
	struct tiles t = tiles_of(j, j->w_pieces, index);
	real *scratch = graph_scratch(j->g), *dw = j->n->work + (size_t)index * (j->w_len + j->out);

	memset(dw, 0, (j->w_len + j->out) * sizeof *dw);
	if (j->loops) {
		weight_loops(j, index, dw);
		return;
	}
	for (size_t i = 0; i < t.tiles; i++) {
		size_t n, at = tile_at(&t, i, &n), ld;

		activation(j, at, n, dw + j->w_len);
		for (size_t group = 0; group < j->groups; group++) {
			const real *a = windows(j, group, at, n, scratch, &ld);

			blas_one(&(struct blas_product){ .trans_a = true,
							 .m = j->k,
							 .n = j->each,
							 .k = n,
							 .a = a,
							 .lda = ld,
							 .b = j->n->grad + at * j->out +
							      group * j->each,
							 .ldb = j->out,
							 .c = dw + group * j->each,
							 .ldc = j->out,
							 .beta = 1 });
		}
	}
}

/* Sums of pieces in the order of the pieces; cut along W, whose sums may be long. */
static void
sum_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t len = j->w_len + (j->db ? j->out : 0);
	int pieces = shard_pieces(len, (size_t)j->w_pieces);
	size_t from = shard_from(len, pieces, index), to = shard_from(len, pieces, index + 1);
	real *sum = j->n->work;

	for (int p = 1; p < j->w_pieces; p++)
		for (size_t k = from; k < to; k++)
			sum[k] += sum[(size_t)p * (j->w_len + j->out) + k];
	for (size_t k = from; k < to && k < j->w_len; k++)
		j->dw[k] = sum[k];
	for (size_t k = from > j->w_len ? from : j->w_len; k < to; k++)
		j->db[k - j->w_len] = sum[k];
}

/* Depthwise: each image's part into dx, which is 0 or holds what others have put there. */
static void
input_loops(const struct job *j, const struct tiles *t, real *dx)
{
	size_t map = tensor_width(&j->g->node[j->n->in[0]].out);
	real *scratch = graph_scratch(j->g);

	conv_direct_begin(&j->direct, j->w, scratch);
	for (size_t i = 0; i < t->n / j->area; i++)
		conv_direct_input(&j->direct, j->n->grad + (t->from + i * j->area) * j->out,
				  scratch, dx + i * map);
}

/* Full: behind the scratch there is room for a map, where others have put something into dx. */
static void
input_turned(const struct job *j, const struct tiles *t, real *dx)
{
	size_t map = j->win.height * j->win.width * j->win.channels;
	real *scratch = graph_scratch(j->g), *room = scratch + j->back.scratch;

	conv_direct_begin_back(&j->back, j->w, scratch);
	for (size_t i = 0; i < t->n / j->area; i++, dx += map) {
		const real *dy = j->n->grad + (t->from + i * j->area) * j->out;

		conv_direct_forward(&j->back, dy, NULL, false, scratch, j->dx_adds ? room : dx);
		for (size_t k = 0; j->dx_adds && k < map; k++)
			dx[k] += room[k];
	}
}

/* The gradient of x: that of the gathered windows, back to where they were gathered from. */
static void
input_piece(void *arg, int index)
{
	const struct job *j = arg;
	struct tiles t = tiles_of(j, j->pieces, index);
	size_t map = j->win.height * j->win.width * j->win.channels;
	real *scratch = graph_scratch(j->g), *dx = j->dx + t.from / j->area * map;
	bool deep = j->loops && j->direct.depthwise, whole = is_pointwise(&j->win) && !deep;

	if (j->turns) {
		input_turned(j, &t, dx);
		return;
	}
	if (!whole && !j->dx_adds)
		memset(dx, 0, t.n / j->area * map * sizeof *dx);
	if (deep) {
		input_loops(j, &t, dx);
		return;
	}
	for (size_t i = 0; i < t.tiles; i++) {
		size_t n, at = tile_at(&t, i, &n);

		for (size_t group = 0; group < j->groups; group++) {
			struct blas_product p = { .trans_b = true,
						  .m = n,
						  .n = j->k,
						  .k = j->each,
						  .a = j->n->grad + at * j->out + group * j->each,
						  .lda = j->out,
						  .b = j->w + group * j->each,
						  .ldb = j->out,
						  .c = scratch,
						  .ldc = j->k };

			if (whole) {
				p.c = j->dx + at * j->win.channels + group * j->take;
				p.ldc = j->win.channels;
				p.beta = j->dx_adds ? 1 : 0;
			}
			blas_one(&p);
			if (!whole)
				window_scatter(&j->win, scratch, group * j->take, j->take, at, n,
					       j->dx);
		}
	}
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	pool_run(g->pool, j.w_pieces, weight_piece, &j);
	pool_run(g->pool, shard_pieces(j.w_len + (j.db ? j.out : 0), (size_t)j.w_pieces), sum_piece,
		 &j);
	if (j.dx)
		pool_run(g->pool, j.pieces, input_piece, &j);
}

static double
cost(const struct graph *g, const struct node *n)
{
	const struct param *w = &g->layout->param[n->param[0]];

	return 2.0 * (double)(w->len / w->dim[3]) * (double)tensor_width(&n->out);
}

const struct op op_conv = {
	.name = "conv",
	.doc = "f(w * x + b): a convolution over maps, a bias, an activation.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.pulls = true,
	.cost = cost,
};
