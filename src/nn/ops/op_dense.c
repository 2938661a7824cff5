/* op_dense.c: the dense layer, y = f(x W + b) + r. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/act.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/gemm/gemm_repack.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/gemm/gemm_packed.h"
#include "retort/nn/gemm/vmath.h"

#include <stdio.h>
#include <string.h>

/*
 * in[0]: x; its last dimension is mapped, for every position of every row
 * in[1]: r, optional: a residual connection, added after the activation
 * attr: DENSE_ in op_table.h
 * parameters: NAME.weight [in, out], NAME.bias [out]
 *
 * Bias, activation and r are applied to each piece of the product while it is in the cache.
 */
struct job {
	struct graph *g;
	struct node *n;
	const real *x, *r;
	real *dx, *dr, *dw, *db;
	bool dx_adds, dr_adds;
	size_t rows, in, out; /* rows of the product: all positions of all rows */
	const real *w, *b;    /* b NULL: no bias */
	enum act act;
	struct blas_product y, gw, gx;
	struct gemm_packed_product p; /* instead of y, where the weight is packed */
	int w_pieces;   /* pieces of the weight gradient; those of the input gradient follow */
	int pieces;     /* of the pass over the gradient of y */
	double *square; /* [w_pieces] sums of squares of the weight gradient */
	real *room;     /* for the repacked weight; NULL: none */
	bool y_repacked, gx_repacked;
};

/* Layout of node->work: sums of squares, sums of the bias gradient, the repacked weight. */
#define SQUARES \
	(2 * SHARD_PIECES) /* numbers that SHARD_PIECES doubles take where `real` is float */
#define WORK(out) (SQUARES + SHARD_PIECES * ((out) + 15) / 16 * 16)

/* Numbers in the last dimension, or with DENSE_FLAT in the whole row. */
static size_t
width_in(const struct node *n, const struct tensor *x)
{
	return n->attr[DENSE_FLAT] != 0 ? tensor_width(x) : x->dim[x->rank - 1];
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

	j.in = width_in(n, &from->out);
	j.out = n->out.dim[n->out.rank - 1];
	j.rows = g->rows * (tensor_width(&n->out) / j.out);
	j.act = (enum act)(int)n->attr[DENSE_ACT];
	j.w = g->value + p[n->param[0]].offset;
	j.b = n->n_params > 1 ? g->value + p[n->param[1]].offset : NULL;
	j.pieces = shard_pieces(j.rows, j.out);
	j.square = (double *)(void *)n->work;
	j.room = n->work ? n->work + WORK(j.out) : NULL;
	if (more) {
		j.r = more->out.data;
		j.dr = more->grad;
		j.dr_adds = n->adds[1];
		if (n->in[0] == n->in[1]) { /* the plan has x first, here r is first */
			j.dr_adds = n->adds[0];
			j.dx_adds = true;
		}
	}
	if (g->grad) {
		j.dw = g->grad + p[n->param[0]].offset;
		j.db = n->n_params > 1 ? g->grad + p[n->param[1]].offset : NULL;
	}
	return j;
}

static enum param_init
init_of(const struct node *n)
{
	enum act act = (enum act)(int)n->attr[DENSE_ACT];

	if (n->attr[DENSE_NARROW] != 0)
		return PARAM_NARROW;
	return act == ACT_NONE || act == ACT_TANH ? PARAM_XAVIER : PARAM_HE;
}

static int
check_residual(const struct graph *g, const struct node *n, struct err *e)
{
	const struct tensor *r = &g->node[n->in[1]].out;

	if (n->attr[DENSE_ACT] == ACT_RELU || n->attr[DENSE_ACT] == ACT_TANH)
		return err_set(e,
			       "invalid activation '%s' with a residual connection (its derivative "
			       "is computed from the output)",
			       act_name[(int)n->attr[DENSE_ACT]]);
	if (r->rank != n->out.rank ||
	    memcmp(r->dim, n->out.dim, (size_t)r->rank * sizeof r->dim[0]) != 0)
		return err_set(e, "invalid residual width %zu (expected %zu)", tensor_width(r),
			       tensor_width(&n->out));
	return 0;
}

/* Share the parameters of node DENSE_LIKE - 1. Backward runs from the last node to the first: the
 * last of those that share writes the gradients, all before it add. */
static int
share_parameters(struct graph *g, struct node *n, size_t in, size_t out, struct err *e)
{
	const struct node *like = &g->node[(int)n->attr[DENSE_LIKE] - 1];
	const struct param *w = &g->layout->param[like->param[0]];

	if (w->dim[0] != in || w->dim[1] != out ||
	    (like->n_params > 1) == (n->attr[DENSE_BARE] != 0))
		return err_set(e, "invalid shared weights of %s: %zu x %zu (expected %zu x %zu)",
			       like->name, w->dim[0], w->dim[1], in, out);
	n->n_params = like->n_params;
	memcpy(n->param, like->param, sizeof n->param);
	for (int i = 0; i < g->n_nodes; i++)
		if (g->node[i].op == &op_dense && g->node[i].param[0] == n->param[0])
			g->node[i].attr[DENSE_ADDS] = 1;
	return 0;
}

static void
add_parameters(struct graph *g, struct node *n, int group, size_t in, size_t out)
{
	char name[PARAM_NAME + 8];

	snprintf(name, sizeof name, "%s.weight", n->name);
	n->param[n->n_params++] =
		param_add(g->layout, group, name, 2, (size_t[]){ in, out }, true, init_of(n));
	snprintf(name, sizeof name, "%s.bias", n->name);
	if (n->attr[DENSE_BARE] == 0)
		n->param[n->n_params++] =
			param_add(g->layout, group, name, 1, &out, false, PARAM_ZERO);
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	const struct tensor *x = &g->node[n->in[0]].out;
	size_t in = width_in(n, x), out = (size_t)n->attr[DENSE_WIDTH];

	if (out < 1 || out > 1u << 20)
		return err_set(e, "invalid width %zu (expected 1 to %u)", out, 1u << 20);
	n->out = *x;
	if (n->attr[DENSE_FLAT] != 0)
		n->out.rank = 2;
	n->out.dim[n->out.rank - 1] = out;
	if (n->n_in > 1 && check_residual(g, n, e) < 0)
		return -1;
	if (n->attr[DENSE_LIKE] == 0)
		add_parameters(g, n, group, in, out);
	else if (share_parameters(g, n, in, out, e) < 0)
		return -1;
	*saved = act_needs_input((enum act)(int)n->attr[DENSE_ACT]) ? tensor_width(&n->out) : 0;
	n->n_work = WORK(out) + gemm_repack_room(in, out);
	return 0;
}

static void
finish_row(const struct job *j, size_t row, size_t column, size_t columns)
{
	size_t at = row * j->out + column;
	real *y = j->n->out.data + at;

	if (j->b)
		vmath_add(j->b + column, columns, y);
	if (j->n->saved && j->g->saves)
		memcpy(j->n->saved + at, y, columns * sizeof *y);
	act_forward(j->act, y, columns);
	if (j->r)
		vmath_add(j->r + at, columns, y);
}

static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t row, column, rows, columns;

	if (j->p.w)
		gemm_packed_piece(&j->p, index, graph_scratch(j->g), &row, &column, &rows,
				  &columns);
	else if (j->y_repacked)
		gemm_repack_piece(&j->y, j->room, index, &row, &column, &rows, &columns);
	else
		blas_piece(&j->y, index, &row, &column, &rows, &columns);
	for (size_t i = row; i < row + rows; i++)
		finish_row(j, i, column, columns);
}

static void
repack_piece(void *arg, int index)
{
	const struct job *j = arg;

	gemm_repack_pack_piece(&j->y, j->room, index);
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	j.y = blas_contiguous((struct blas_product){
		.m = j.rows, .n = j.out, .k = j.in, .a = j.x, .b = j.w, .c = n->out.data });
	j.p = (struct gemm_packed_product){ .w = g->packed ? g->packed[n->param[0]] : NULL,
					    .x = j.x,
					    .rows = j.rows,
					    .ldx = j.in,
					    .y = n->out.data,
					    .ldy = j.out };
	j.y_repacked = j.room && !j.p.w && gemm_repack_fits(&j.y);
	if (j.y_repacked)
		pool_run(g->pool, gemm_repack_pack_pieces(&j.y), repack_piece, &j);
	pool_run(g->pool, j.p.w ? gemm_packed_pieces(&j.p) : blas_pieces(&j.y), forward_piece, &j);
}

/*
 * Set the gradient of r to that of y; turn that of y into the gradient before the activation, in
 * place, and sum it over rows. The pieces after j->pieces repack the weight for the gradient of x.
 */
static void
activation_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->rows, j->pieces, index),
	       to = shard_from(j->rows, j->pieces, index + 1);
	real *sum = j->n->work + SQUARES + (size_t)index * j->out;

	if (index >= j->pieces) {
		gemm_repack_pack_piece(&j->gx, j->room, index - j->pieces);
		return;
	}
	memset(sum, 0, j->out * sizeof *sum);
	for (size_t i = from; i < to; i++) {
		size_t at = i * j->out;
		real *dy = j->n->grad + at;

		if (j->dr && j->dr_adds)
			vmath_add(dy, j->out, j->dr + at);
		else if (j->dr)
			memcpy(j->dr + at, dy, j->out * sizeof *dy);
		act_backward(j->act, dy, j->n->saved ? j->n->saved + at : NULL, j->n->out.data + at,
			     j->out);
		vmath_add(dy, j->out, sum);
	}
}

/* Add the sums of pieces in their order. */
static void
add_sums(const struct job *j)
{
	const real *sum = j->n->work + SQUARES;

	if (j->n->attr[DENSE_ADDS] != 0)
		vmath_add(sum, j->out, j->db);
	else
		memcpy(j->db, sum, j->out * sizeof *j->db);
	for (int p = 1; p < j->pieces; p++)
		vmath_add(sum + (size_t)p * j->out, j->out, j->db);
}

static void
gradient_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t row, column, rows, columns;

	if (index >= j->w_pieces) {
		if (j->gx_repacked)
			gemm_repack_piece(&j->gx, j->room, index - j->w_pieces, &row, &column,
					  &rows, &columns);
		else
			blas_piece(&j->gx, index - j->w_pieces, &row, &column, &rows, &columns);
		return;
	}
	blas_piece(&j->gw, index, &row, &column, &rows, &columns);
	j->square[index] = 0;
	if (columns == j->out) { /* whole rows are contiguous */
		rows *= columns;
		j->square[index] = j->g->square ? (double)vmath_dot(j->dw + row * j->out,
								    j->dw + row * j->out, rows)
						: 0;
		return;
	}
	for (size_t i = row; j->g->square && i < row + rows;
	     i++) { /* while the piece is in the cache */
		const real *dw = j->dw + i * j->out + column;

		j->square[index] += (double)vmath_dot(dw, dw, columns);
	}
}

/* The sum of squares of the weight gradient, in the order of the pieces. */
static void
set_square(const struct job *j)
{
	double sum = 0;

	for (int p = 0; p < j->w_pieces; p++)
		sum += j->square[p];
	j->g->square[j->n->param[0]] = sum;
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);
	int pieces;

	j.gw = blas_contiguous((struct blas_product){ .trans_a = true,
						      .m = j.in,
						      .n = j.out,
						      .k = j.rows,
						      .a = j.x,
						      .b = n->grad,
						      .c = j.dw,
						      .beta = n->attr[DENSE_ADDS] != 0 ? 1 : 0 });
	j.gx = blas_contiguous((struct blas_product){ .trans_b = true,
						      .m = j.rows,
						      .n = j.in,
						      .k = j.out,
						      .a = n->grad,
						      .b = j.w,
						      .c = j.dx,
						      .beta = j.dx_adds ? 1 : 0 });
	j.gx_repacked = j.dx && gemm_repack_fits(&j.gx);
	pool_run(g->pool, j.pieces + (j.gx_repacked ? gemm_repack_pack_pieces(&j.gx) : 0),
		 activation_piece, &j);
	if (j.db)
		add_sums(&j);
	j.w_pieces = blas_pieces(&j.gw);
	pieces = j.w_pieces + (j.dx ? blas_pieces(&j.gx) : 0);
	pool_run(pieces > 2 ? g->pool : NULL, pieces, gradient_piece, &j);
	if (g->square)
		set_square(&j);
}

static double
cost(const struct graph *g, const struct node *n)
{
	return 2.0 * (double)width_in(n, &g->node[n->in[0]].out) * (double)tensor_width(&n->out);
}

static const struct param *
weight(const struct graph *g, const struct node *n, bool *transposed)
{
	*transposed = false;
	return &g->layout->param[n->param[0]];
}

const struct op op_dense = {
	.name = "dense",
	.doc = "f(x W + b) + r: matrix product with bias, activation and residual connection.",
	.n_in = 1,
	.n_more = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
	.weight = weight,
	.bias = 1,
};
