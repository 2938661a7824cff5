/* op_ew.c: elementwise operators: activations and the residual sum. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/act.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/gemm/vmath.h"

#include <string.h>

static size_t
len_of(const struct graph *g, const struct node *n)
{
	return g->rows * tensor_width(&n->out);
}

static double
cost(const struct graph *g, const struct node *n)
{
	(void)g;
	return (double)tensor_width(&n->out);
}

static int
shape_unary(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	(void)group;
	(void)saved;
	(void)e;
	n->out = g->node[n->in[0]].out;
	return 0;
}

static void
forward_act(struct graph *g, struct node *n, enum act act)
{
	memcpy(n->out.data, g->node[n->in[0]].out.data, len_of(g, n) * sizeof(real));
	act_forward(act, n->out.data, len_of(g, n));
}

/* Copy the gradient of this node to input j, or add it, by n->adds. */
static void
pass_down(struct graph *g, struct node *n, int j)
{
	real *dx = g->node[n->in[j]].grad;
	size_t len = len_of(g, n);

	if (!dx)
		return;
	if (!n->adds[j]) {
		memcpy(dx, n->grad, len * sizeof *dx);
		return;
	}
	vmath_add(n->grad, len, dx);
}

static void
backward_act(struct graph *g, struct node *n, enum act act)
{
	act_backward(act, n->grad, g->node[n->in[0]].out.data, n->out.data, len_of(g, n));
	pass_down(g, n, 0);
}

/* clang-format off */
#define ACTIVATION(stem, kind, text)                                                                   \
	static void forward_##stem(struct graph *g, struct node *n) { forward_act(g, n, kind); }       \
	static void backward_##stem(struct graph *g, struct node *n) { backward_act(g, n, kind); }     \
	const struct op op_ew_##stem = {                                                               \
		.name = #stem, .doc = text, .n_in = 1, .shape = shape_unary,                           \
		.forward = forward_##stem, .backward = backward_##stem, .cost = cost,                  \
	}
/* clang-format on */

ACTIVATION(relu, ACT_RELU, "max(x, 0).");
ACTIVATION(gelu, ACT_GELU, "x times the normal distribution function of x, not approximated.");
ACTIVATION(tanh, ACT_TANH, "The hyperbolic tangent.");

static int
shape_add(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	const struct tensor *a = &g->node[n->in[0]].out, *b = &g->node[n->in[1]].out;

	(void)group;
	(void)saved;
	if (a->rank != b->rank || memcmp(a->dim, b->dim, (size_t)a->rank * sizeof a->dim[0]) != 0)
		return err_set(e, "inputs of different widths: %zu and %zu", tensor_width(a),
			       tensor_width(b));
	n->out = *a;
	return 0;
}

static void
forward_add(struct graph *g, struct node *n)
{
	const real *a = g->node[n->in[0]].out.data, *b = g->node[n->in[1]].out.data;
	size_t len = len_of(g, n);

	for (size_t i = 0; i < len; i++)
		n->out.data[i] = a[i] + b[i];
}

static void
backward_add(struct graph *g, struct node *n)
{
	pass_down(g, n, 0);
	pass_down(g, n, 1);
}

const struct op op_ew_add = {
	.name = "add",
	.doc = "a + b: a residual connection.",
	.n_in = 2,
	.shape = shape_add,
	.forward = forward_add,
	.backward = backward_add,
	.cost = cost,
};
