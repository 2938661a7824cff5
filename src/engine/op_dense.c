/* op_dense.c: y = f(x W + b), the layer most networks are made of. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/engine/act.h"
#include "retort/engine/blas.h"
#include "retort/engine/graph.h"
#include "retort/engine/op.h"

#include <stdio.h>
#include <string.h>

/*
 * attr[0]  enum act
 * attr[1]  width of the output
 * x [rows, in], W [in, out] so that the forward product is plain NN, b [out].
 * Bias and activation are applied to each piece of the product while it is still in the cache.
 */
struct job {
	struct graph *g;
	struct node *n;
	const real *x;
	real *dx, *dw, *db;
	size_t rows, in, out;
	const real *w, *b;
	enum act act;
	struct blas_product y, gw, gx;
	int w_pieces; /* pieces of the weight gradient; those of the input gradient follow */
};

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct param *p = g->layout->param;
	const struct node *from = &g->node[n->in[0]];
	struct job j = { .g = g, .n = n, .x = from->out.data, .dx = from->grad, .rows = g->rows };

	j.in = tensor_width(&from->out);
	j.out = tensor_width(&n->out);
	j.act = (enum act)(int)n->attr[0];
	j.w = g->value + p[n->param[0]].offset;
	j.b = g->value + p[n->param[1]].offset;
	if (g->grad) {
		j.dw = g->grad + p[n->param[0]].offset;
		j.db = g->grad + p[n->param[1]].offset;
	}
	return j;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	const struct tensor *x = &g->node[n->in[0]].out;
	size_t in = tensor_width(x), out = (size_t)n->attr[1], dim[2] = { in, out };
	enum act act = (enum act)(int)n->attr[0];
	char name[PARAM_NAME + 8];

	if (x->rank != 2)
		return err_set(e, "needs rows of numbers, got rank %d", x->rank);
	if (out < 1 || out > 65536)
		return err_set(e, "width %zu is outside 1..65536", out);
	n->out.rank = 2;
	n->out.dim[0] = x->dim[0];
	n->out.dim[1] = out;
	n->n_params = 2;
	snprintf(name, sizeof name, "%s.weight", n->name);
	n->param[0] = param_add(g->layout, group, name, 2, dim, true,
				act == ACT_RELU || act == ACT_GELU ? PARAM_HE : PARAM_XAVIER);
	snprintf(name, sizeof name, "%s.bias", n->name);
	n->param[1] = param_add(g->layout, group, name, 1, &out, false, PARAM_ZERO);
	*saved = act_needs_input(act) ? out : 0;
	return 0;
}

static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t row, column, rows, columns;

	blas_piece(&j->y, index, &row, &column, &rows, &columns);
	for (size_t i = row; i < row + rows; i++) {
		real *y = j->y.c + i * j->out + column;

		for (size_t k = 0; k < columns; k++)
			y[k] += j->b[column + k];
		if (j->n->saved)
			memcpy(j->n->saved + i * j->out + column, y, columns * sizeof *y);
		act_forward(j->act, y, columns);
	}
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	j.y = (struct blas_product){ .m = j.rows, .n = j.out, .k = j.in, .a = j.x, .lda = j.in,
				     .b = j.w, .ldb = j.out, .c = n->out.data, .ldc = j.out };
	pool_run(g->pool, blas_pieces(&j.y), forward_piece, &j);
}

#define COLUMNS 256 /* of a piece of the bias gradient */

/* The gradient before the activation, in place, and its sum over rows. */
static void
activation_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = (size_t)index * COLUMNS, n = j->out - from < COLUMNS ? j->out - from : COLUMNS;
	real *db = j->db + from;

	memset(db, 0, n * sizeof *db);
	for (size_t i = 0; i < j->rows; i++) {
		size_t at = i * j->out + from;
		real *dy = j->n->grad + at;

		act_backward(j->act, dy, j->n->saved ? j->n->saved + at : NULL, j->n->out.data + at, n);
		for (size_t k = 0; k < n; k++)
			db[k] += dy[k];
	}
}

static void
gradient_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t row, column, rows, columns;

	if (index < j->w_pieces)
		blas_piece(&j->gw, index, &row, &column, &rows, &columns);
	else
		blas_piece(&j->gx, index - j->w_pieces, &row, &column, &rows, &columns);
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);
	int pieces;

	pool_run(j.rows * j.out > 32768 ? g->pool : NULL, (int)((j.out + COLUMNS - 1) / COLUMNS),
		 activation_piece, &j);
	j.gw = (struct blas_product){ .trans_a = true, .m = j.in, .n = j.out, .k = j.rows, .a = j.x, .lda = j.in,
				      .b = n->grad, .ldb = j.out, .c = j.dw, .ldc = j.out };
	j.gx = (struct blas_product){ .trans_b = true, .m = j.rows, .n = j.in, .k = j.out, .a = n->grad,
				      .lda = j.out, .b = j.w, .ldb = j.out, .c = j.dx, .ldc = j.in,
				      .beta = n->adds[0] ? 1 : 0 };
	j.w_pieces = blas_pieces(&j.gw);
	pieces = j.w_pieces + (j.dx ? blas_pieces(&j.gx) : 0);
	pool_run(pieces > 2 ? g->pool : NULL, pieces, gradient_piece, &j);
}

static double
cost(const struct graph *g, const struct node *n)
{
	return 2.0 * (double)tensor_width(&g->node[n->in[0]].out) * (double)tensor_width(&n->out);
}

const struct op op_dense = {
	.name = "dense",
	.doc = "f(x W + b): a matrix product, a bias, an activation.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
