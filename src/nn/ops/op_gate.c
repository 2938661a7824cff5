/* op_gate.c: SwiGLU and GEGLU: one half of the numbers gates the other (Shazeer 2020). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/nn/gemm/act.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/gemm/vmath.h"

/*
 * in[0]: [.., 2 f]: gate, then up
 * attr: GATE_ in op_table.h
 * out: f(gate) up [.., f]; f is silu, silu(a) = a / (1 + e^-a), or another activation
 *
 * Backward computes f again, which is cheaper than saving it.
 */
struct job {
	const struct graph *g;
	const struct node *n;
	const real *x;
	real *dx;
	bool adds;
	enum act act; /* ACT_NONE: silu */
	size_t positions, width;
	int pieces;
};

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct node *from = &g->node[n->in[0]];
	struct job j = {
		.g = g, .n = n, .x = from->out.data, .dx = from->grad, .adds = n->adds[0]
	};

	j.act = (enum act)(int)n->attr[GATE_ACT];
	j.width = n->out.dim[n->out.rank - 1];
	j.positions = g->rows * (tensor_width(&n->out) / j.width);
	j.pieces =
		shard_pieces(j.positions, 4 * j.width); /* an exponential is worth a few numbers */
	return j;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	const struct tensor *x = &g->node[n->in[0]].out;
	size_t width = x->dim[x->rank - 1];

	(void)group;
	(void)saved;
	if (width % 2)
		return err_set(e,
			       "invalid input width %zu (expected even, a gate and a value half)",
			       width);
	n->out = *x;
	n->out.dim[x->rank - 1] = width / 2;
	n->n_scratch = width;
	return 0;
}

static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->positions, j->pieces, index),
	       to = shard_from(j->positions, j->pieces, index + 1);

	for (size_t i = from; i < to; i++) {
		const real *gate = j->x + 2 * i * j->width, *up = gate + j->width;
		real *y = j->n->out.data + i * j->width;

		if (j->act == ACT_NONE) {
			vmath_silu(gate, j->width, y);
		} else {
			memcpy(y, gate, j->width * sizeof *y);
			act_forward(j->act, y, j->width);
		}
		for (size_t k = 0; k < j->width; k++)
			y[k] *= up[k];
	}
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	pool_run(g->pool, j.pieces, forward_piece, &j);
}

/* silu'(a) = s + a s (1 - s), where s is the sigmoid. */
static void
backward_row(const struct job *j, size_t i, real *s)
{
	const real *gate = j->x + 2 * i * j->width, *up = gate + j->width,
		   *dy = j->n->grad + i * j->width;
	real *dgate = j->dx + 2 * i * j->width, *dup = dgate + j->width;

	vmath_sigmoid(gate, j->width, s);
	for (size_t k = 0; k < j->width; k++) {
		real a = dy[k] * up[k] * s[k] * (1 + gate[k] * (1 - s[k])),
		     b = dy[k] * gate[k] * s[k];

		dgate[k] = j->adds ? dgate[k] + a : a;
		dup[k] = j->adds ? dup[k] + b : b;
	}
}

/* The same for any activation f: dgate = dy up f'(gate), dup = dy f(gate). */
static void
backward_any(const struct job *j, size_t i, real *f)
{
	const real *gate = j->x + 2 * i * j->width, *up = gate + j->width,
		   *dy = j->n->grad + i * j->width;
	real *dgate = j->dx + 2 * i * j->width, *dup = dgate + j->width, *slope = f + j->width;

	memcpy(f, gate, j->width * sizeof *f);
	act_forward(j->act, f, j->width);
	for (size_t k = 0; k < j->width; k++)
		slope[k] = dy[k] * up[k];
	act_backward(j->act, slope, gate, f, j->width);
	for (size_t k = 0; k < j->width; k++) {
		dgate[k] = j->adds ? dgate[k] + slope[k] : slope[k];
		dup[k] = j->adds ? dup[k] + dy[k] * f[k] : dy[k] * f[k];
	}
}

static void
backward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->positions, j->pieces, index),
	       to = shard_from(j->positions, j->pieces, index + 1);

	for (size_t i = from; i < to; i++)
		if (j->act == ACT_NONE)
			backward_row(j, i, graph_scratch(j->g));
		else
			backward_any(j, i, graph_scratch(j->g));
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	if (j.dx)
		pool_run(g->pool, j.pieces, backward_piece, &j);
}

static double
cost(const struct graph *g, const struct node *n)
{
	(void)g;
	return 6 * (double)tensor_width(&n->out); /* an exponential counts as one */
}

const struct op op_gate = {
	.name = "gate",
	.doc = "silu(a) or gelu(a) times b, a and b the two halves of each position.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
