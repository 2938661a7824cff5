/* op_lstm.c: long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al.
 * 2000). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/ops/seq.h"
#include "retort/nn/gemm/vmath.h"

#include <stdio.h>
#include <string.h>

/*
 * in[0]: x [rows, positions, in]
 * in[1]: ids, optional; at padding the state does not change
 * attr: LSTM_ in op_table.h
 * parameters: NAME.input [in, 4 h], NAME.state [h, 4 h], NAME.bias [4 h]; columns are the gates i,
 * f, g, o, h each out: y [rows, positions, h]
 *
 * a = x[t] input + y[t-1] state + bias; i, f, o = sigmoid(a), f after LSTM_FORGET is added;
 * g = tanh(a); c[t] = f c[t-1] + i g; y[t] = o tanh(c[t]); y[-1] = c[-1] = 0.
 *
 * Rows are independent: a piece computes all steps of BLOCK rows without synchronization. Saved for
 * every position: gates (4 h), c (h) and the state before it (h), so that the gradients of the
 * weights are one product.
 */
#define BLOCK 32 /* rows in a piece: enough for a product, few enough for several threads */

struct job {
	const struct graph *g;
	const struct node *n;
	const int32_t *ids;
	size_t rows, length, in, h;
	const real *x, *input, *state, *bias;
	real forget;
	real *gates, *cell,
		*before; /* [rows * length, 4 h], [.., h], [.., h]; NULL: forward only */
	real *y;
	struct blas_product gi, gs, gx;
	int i_pieces, s_pieces;
};

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct node *from = &g->node[n->in[0]];
	const struct param *p = g->layout->param;
	struct job j = { .g = g, .n = n, .rows = g->rows, .x = from->out.data, .y = n->out.data };
	size_t room;

	j.ids = seq_ids(g, n, 1);
	j.length = n->out.dim[1];
	j.in = from->out.dim[2];
	j.h = n->out.dim[2];
	j.input = g->value + p[n->param[0]].offset;
	j.state = g->value + p[n->param[1]].offset;
	j.bias = g->value + p[n->param[2]].offset;
	j.forget = (real)n->attr[LSTM_FORGET];
	room = n->out.dim[0] * j.length * j.h;
	if (n->saved) {
		j.gates = n->saved;
		j.cell = j.gates + 4 * room;
		j.before = j.cell + room;
	}
	return j;
}

static size_t
blocks_of(size_t rows)
{
	return (rows + BLOCK - 1) / BLOCK;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	const struct tensor *x = &g->node[n->in[0]].out;
	size_t h, input[2], state[2], bias, block = x->dim[0] < BLOCK ? x->dim[0] : BLOCK;
	char name[PARAM_NAME + 8];

	if (seq_check(g, n, 0, e) < 0 || (n->n_in > 1 && seq_check_ids(g, n, 1, x->dim[1], e) < 0))
		return -1;
	if (!(n->attr[LSTM_WIDTH] >= 1 && n->attr[LSTM_WIDTH] <= 1 << 16))
		return err_set(e, "invalid width %g (expected 1 to %d)", n->attr[LSTM_WIDTH],
			       1 << 16);
	h = (size_t)n->attr[LSTM_WIDTH];
	input[0] = x->dim[2];
	state[0] = h;
	input[1] = state[1] = bias = 4 * h;
	n->out = *x;
	n->out.dim[2] = h;
	snprintf(name, sizeof name, "%s.input", n->name);
	n->param[n->n_params++] = param_add(g->layout, group, name, 2, input, true, PARAM_XAVIER);
	snprintf(name, sizeof name, "%s.state", n->name);
	n->param[n->n_params++] = param_add(g->layout, group, name, 2, state, true, PARAM_XAVIER);
	snprintf(name, sizeof name, "%s.bias", n->name);
	n->param[n->n_params++] = param_add(g->layout, group, name, 1, &bias, false, PARAM_ZERO);
	*saved = x->dim[1] * 6 * h;
	n->n_scratch = block * 5 * h;
	n->n_work = blocks_of(x->dim[0]) * 4 * h;
	return 0;
}

static bool
is_padding(const struct job *j, size_t row, size_t t)
{
	return j->ids && j->ids[row * j->length + t] < 0;
}

/* Turn the sums of the gates into gates, in place; then compute the cell and the output. `was` and
 * `cell` may be the same. */
static void
step_row(const struct job *j, real *gate, const real *was, real *cell, real *y)
{
	size_t h = j->h;

	for (size_t k = 0; k < 4 * h; k++)
		gate[k] += j->bias[k];
	for (size_t k = h; k < 2 * h; k++)
		gate[k] += j->forget;
	vmath_sigmoid(gate, 2 * h, gate);
	vmath_tanh(gate + 2 * h, h, gate + 2 * h);
	vmath_sigmoid(gate + 3 * h, h, gate + 3 * h);
	for (size_t k = 0; k < h; k++)
		cell[k] = gate[h + k] * was[k] + gate[k] * gate[2 * h + k];
	vmath_tanh(cell, h, y);
	for (size_t k = 0; k < h; k++)
		y[k] *= gate[3 * h + k];
}

/* Step t of rows [from, to): the gates of row r are at gate + (r - from) ld and hold the product
 * with x already. */
static void
step(const struct job *j, size_t from, size_t to, size_t t, real *gate, size_t ld, real *cell,
     const real *was, size_t ldc)
{
	size_t h = j->h, far = j->length * h;
	real *y = j->y + (from * j->length + t) * h;

	if (t > 0)
		blas_one(&(struct blas_product){ .m = to - from,
						 .n = 4 * h,
						 .k = h,
						 .a = y - h,
						 .lda = far,
						 .b = j->state,
						 .ldb = 4 * h,
						 .c = gate,
						 .ldc = ld,
						 .beta = 1 });
	for (size_t r = from; r < to; r++, gate += ld, cell += ldc, was += ldc, y += far) {
		if (!is_padding(j, r, t)) {
			step_row(j, gate, was, cell, y);
			continue;
		}
		if (cell != was)
			memcpy(cell, was, h * sizeof *cell);
		if (t > 0)
			memcpy(y, y - h, h * sizeof *y);
		else
			memset(y, 0, h * sizeof *y);
	}
}

/* Forward with everything saved for backward; `before` is 0 at the first position. */
static void
forward_kept(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = (size_t)index * BLOCK, to = from + BLOCK < j->rows ? from + BLOCK : j->rows,
	       h = j->h;

	for (size_t r = from; r < to; r++)
		memset(j->before + r * j->length * h, 0, h * sizeof(real));
	for (size_t t = 0; t < j->length; t++) {
		size_t at = from * j->length + t;
		real *cell = j->cell + at * h;

		step(j, from, to, t, j->gates + at * 4 * h, j->length * 4 * h, cell,
		     t ? cell - h : j->before + at * h, j->length * h);
		for (size_t r = from; t + 1 < j->length && r < to; r++, at += j->length)
			memcpy(j->before + (at + 1) * h, j->y + at * h, h * sizeof *cell);
	}
}

/* Forward alone, with the gates of one step and the cells in scratch. */
static void
forward_bare(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = (size_t)index * BLOCK, to = from + BLOCK < j->rows ? from + BLOCK : j->rows,
	       h = j->h;
	real *cell = graph_scratch(j->g), *gate = cell + (to - from) * h;

	memset(cell, 0, (to - from) * h * sizeof *cell);
	for (size_t t = 0; t < j->length; t++) {
		blas_one(&(struct blas_product){ .m = to - from,
						 .n = 4 * h,
						 .k = j->in,
						 .a = j->x + (from * j->length + t) * j->in,
						 .lda = j->length * j->in,
						 .b = j->input,
						 .ldb = 4 * h,
						 .c = gate,
						 .ldc = 4 * h });
		step(j, from, to, t, gate, 4 * h, cell, cell, h);
	}
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);
	struct blas_product p = blas_contiguous((struct blas_product){ .m = j.rows * j.length,
								       .n = 4 * j.h,
								       .k = j.in,
								       .a = j.x,
								       .b = j.input,
								       .c = j.gates });

	if (j.gates)
		blas_run(g->pool, &p);
	pool_run(g->pool, (int)blocks_of(j.rows), j.gates ? forward_kept : forward_bare, &j);
}

/*
 * Backward of position `at` of a row: dh and dc are from the position after it. Gates are replaced
 * by the gradients of their sums, dh is destroyed, dc is for the position before. squashed: [h],
 * scratch.
 */
static void
back_row(const struct job *j, size_t at, bool is_first, real *dh, real *dc, real *squashed,
	 real *sum)
{
	size_t h = j->h;
	real *gate = j->gates + at * 4 * h;
	const real *cell = j->cell + at * h, *was = is_first ? j->before + at * h : cell - h,
		   *dy = j->n->grad + at * h;

	vmath_tanh(cell, h, squashed);
	for (size_t k = 0; k < h; k++) {
		real i = gate[k], f = gate[h + k], g = gate[2 * h + k], o = gate[3 * h + k],
		     c = squashed[k];
		real d = dh[k] + dy[k], e = dc[k] + d * o * (1 - c * c);

		gate[k] = e * g * i * (1 - i);
		gate[h + k] = e * was[k] * f * (1 - f);
		gate[2 * h + k] = e * i * (1 - g * g);
		gate[3 * h + k] = d * c * o * (1 - o);
		dc[k] = e * f;
		dh[k] = 0;
	}
	for (size_t k = 0; k < 4 * h; k++)
		sum[k] += gate[k];
}

static void
backward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = (size_t)index * BLOCK, to = from + BLOCK < j->rows ? from + BLOCK : j->rows,
	       h = j->h;
	real *dh = graph_scratch(j->g), *dc = dh + (to - from) * h,
	     *sum = j->n->work + (size_t)index * 4 * h;

	memset(dh, 0, 2 * (to - from) * h * sizeof *dh);
	memset(sum, 0, 4 * h * sizeof *sum);
	for (size_t t = j->length; t-- > 0;) {
		for (size_t r = from; r < to; r++) {
			size_t at = r * j->length + t, i = (r - from) * h;

			if (!is_padding(j, r, t)) {
				back_row(j, at, t == 0, dh + i, dc + i, dc + (to - from) * h, sum);
				continue;
			}
			for (size_t k = 0; k < h; k++)
				dh[i + k] += j->n->grad[at * h + k];
			memset(j->gates + at * 4 * h, 0, 4 * h * sizeof *sum);
		}
		blas_one(&(struct blas_product){ .trans_b = true,
						 .m = to - from,
						 .n = h,
						 .k = 4 * h,
						 .a = j->gates + (from * j->length + t) * 4 * h,
						 .lda = j->length * 4 * h,
						 .b = j->state,
						 .ldb = 4 * h,
						 .c = dh,
						 .ldc = h,
						 .beta = 1 });
	}
}

static void
gradient_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t row, column, rows, columns;

	if (index < j->i_pieces)
		blas_piece(&j->gi, index, &row, &column, &rows, &columns);
	else if (index < j->i_pieces + j->s_pieces)
		blas_piece(&j->gs, index - j->i_pieces, &row, &column, &rows, &columns);
	else
		blas_piece(&j->gx, index - j->i_pieces - j->s_pieces, &row, &column, &rows,
			   &columns);
}

/* The gradient of the bias: sums of blocks in order. */
static void
add_sums(const struct job *j, real *db)
{
	memset(db, 0, 4 * j->h * sizeof *db);
	for (size_t b = 0; b < blocks_of(j->rows); b++)
		for (size_t k = 0; k < 4 * j->h; k++)
			db[k] += j->n->work[b * 4 * j->h + k];
}

/* dw = a^T gates: the gradient of a weight, summed over all positions of a [positions, width]. */
static struct blas_product
weight_product(const struct job *j, const real *a, size_t width, real *dw)
{
	return blas_contiguous((struct blas_product){ .trans_a = true,
						      .m = width,
						      .n = 4 * j->h,
						      .k = j->rows * j->length,
						      .a = a,
						      .b = j->gates,
						      .c = dw });
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);
	const struct param *p = g->layout->param;
	const struct node *from = &g->node[n->in[0]];
	size_t all = j.rows * j.length, wide = 4 * j.h;
	int pieces;

	pool_run(g->pool, (int)blocks_of(j.rows), backward_piece, &j);
	add_sums(&j, g->grad + p[n->param[2]].offset);
	j.gi = weight_product(&j, j.x, j.in, g->grad + p[n->param[0]].offset);
	j.gs = weight_product(&j, j.before, j.h, g->grad + p[n->param[1]].offset);
	j.gx = blas_contiguous((struct blas_product){ .trans_b = true,
						      .m = all,
						      .n = j.in,
						      .k = wide,
						      .a = j.gates,
						      .b = j.input,
						      .c = from->grad,
						      .beta = n->adds[0] ? 1 : 0 });
	j.i_pieces = blas_pieces(&j.gi);
	j.s_pieces = blas_pieces(&j.gs);
	pieces = j.i_pieces + j.s_pieces + (from->grad ? blas_pieces(&j.gx) : 0);
	pool_run(pieces > 3 ? g->pool : NULL, pieces, gradient_piece, &j);
}

/* Products with x and with the state, and about 30 operations for the gates of a number. */
static double
cost(const struct graph *g, const struct node *n)
{
	double in = (double)g->node[n->in[0]].out.dim[2], h = (double)n->out.dim[2];

	return (double)n->out.dim[1] * (8 * h * (in + h) + 30 * h);
}

const struct op op_lstm = {
	.name = "lstm",
	.doc = "Long short-term memory with input, forget and output gates.",
	.n_in = 1,
	.n_more = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
