/* op_unembed.c: logits over the vocabulary with the table of an embed node (Press and Wolf 2017).
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/blas.h"
#include "retort/nn/graph.h"
#include "retort/nn/gemm/gemm_repack.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/gemm/gemm_packed.h"
#include "retort/nn/ops/seq.h"

#include <string.h>

/*
 * in[0]: x [rows, positions, width]
 * in[1]: an embed node with EMBED_TIED; its table is read, its output is not
 * out: x token^T [rows, positions, vocab]
 *
 * Backward writes the whole gradient of the table; the embed node, whose backward runs later, adds
 * to it.
 */
struct job {
	const struct graph *g;
	struct gemm_packed_product p;
	struct blas_product gw, gx;
	int w_pieces;
	real *room; /* for the repacked table; NULL: by BLAS */
};

/* The embed node, if its table fits x; else NULL and an error. */
static const struct node *
table_of(const struct graph *g, const struct node *n, struct err *e)
{
	const struct node *x = &g->node[n->in[0]], *m = &g->node[n->in[1]];

	if (seq_check(g, n, 0, e) < 0)
		return NULL;
	if (m->op != &op_embed || m->attr[EMBED_TIED] == 0) {
		err_set(e, "%s: not an embedding with a tied table", m->name);
		return NULL;
	}
	if (x->out.dim[2] != m->out.dim[2]) {
		err_set(e, "invalid input width %zu (expected %zu, the width of the embedding)",
			x->out.dim[2], m->out.dim[2]);
		return NULL;
	}
	return m;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	const struct node *m = table_of(g, n, e);

	(void)group;
	(void)saved;
	if (!m)
		return -1;
	n->out = g->node[n->in[0]].out;
	n->out.dim[2] = (size_t)m->attr[EMBED_VOCAB];
	n->n_work = gemm_repack_room(n->out.dim[2], m->out.dim[2]);
	return 0;
}

static size_t
offset_of(const struct graph *g, const struct node *n)
{
	return g->layout->param[g->node[n->in[1]].param[0]].offset;
}

static void
packed_forward(void *arg, int index)
{
	const struct job *j = arg;
	size_t row, column, rows, columns;

	gemm_packed_piece(&j->p, index, graph_scratch(j->g), &row, &column, &rows, &columns);
}

static void
forward(struct graph *g, struct node *n)
{
	const struct gemm_packed *packed = g->packed ? g->packed[g->node[n->in[1]].param[0]] : NULL;
	const struct tensor *x = &g->node[n->in[0]].out;
	size_t width = x->dim[2], vocab = n->out.dim[2];
	struct blas_product y =
		blas_contiguous((struct blas_product){ .trans_b = true,
						       .m = g->rows * x->dim[1],
						       .n = vocab,
						       .k = width,
						       .a = x->data,
						       .b = g->value + offset_of(g, n),
						       .c = n->out.data });
	struct job j = { .g = g,
			 .p = { .w = packed,
				.x = x->data,
				.rows = y.m,
				.ldx = width,
				.y = y.c,
				.ldy = vocab } };

	if (packed)
		pool_run(g->pool, gemm_packed_pieces(&j.p), packed_forward, &j);
	else
		blas_run(g->pool, &y);
}

static void
gradient_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t row, column, rows, columns;

	if (index < j->w_pieces)
		blas_piece(&j->gw, index, &row, &column, &rows, &columns);
	else if (j->room)
		gemm_repack_piece(&j->gx, j->room, index - j->w_pieces, &row, &column, &rows,
				  &columns);
	else
		blas_piece(&j->gx, index - j->w_pieces, &row, &column, &rows, &columns);
}

static void
repack_piece(void *arg, int index)
{
	const struct job *j = arg;

	gemm_repack_pack_piece(&j->gx, j->room, index);
}

static void
backward(struct graph *g, struct node *n)
{
	const struct node *x = &g->node[n->in[0]], *m = &g->node[n->in[1]];
	size_t width = x->out.dim[2], vocab = n->out.dim[2], rows = g->rows * x->out.dim[1];
	struct job j = {
		.gw = blas_contiguous((struct blas_product){ .trans_a = true,
							     .m = vocab,
							     .n = width,
							     .k = rows,
							     .a = n->grad,
							     .b = x->out.data,
							     .c = g->grad + offset_of(g, n) }),
		.gx = blas_contiguous((struct blas_product){ .m = rows,
							     .n = width,
							     .k = vocab,
							     .a = n->grad,
							     .b = g->value + offset_of(g, n),
							     .c = x->grad,
							     .beta = n->adds[0] ? 1 : 0 }),
	};
	int pieces;

	if (m->grad &&
	    !n->adds[1]) /* the first to reach it: its output has no gradient from here */
		memset(m->grad, 0, g->rows * tensor_width(&m->out) * sizeof *m->grad);
	j.room = x->grad && gemm_repack_fits(&j.gx) ? n->work : NULL;
	if (j.room)
		pool_run(g->pool, gemm_repack_pack_pieces(&j.gx), repack_piece, &j);
	j.w_pieces = blas_pieces(&j.gw);
	pieces = j.w_pieces + (x->grad ? blas_pieces(&j.gx) : 0);
	pool_run(pieces > 2 ? g->pool : NULL, pieces, gradient_piece, &j);
}

static double
cost(const struct graph *g, const struct node *n)
{
	return 2.0 * (double)g->node[n->in[0]].out.dim[2] * (double)tensor_width(&n->out);
}

static const struct param *
weight(const struct graph *g, const struct node *n, bool *transposed)
{
	*transposed = true;
	return &g->layout->param[g->node[n->in[1]].param[0]];
}

const struct op op_unembed = {
	.name = "unembed",
	.doc = "Logits over the vocabulary, with the table of an embed node as weights.",
	.n_in = 2,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
	.weight = weight,
};
