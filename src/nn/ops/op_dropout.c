/* op_dropout.c: dropout in training (Srivastava et al. 2014). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/rng.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"

#include <string.h>

/*
 * attr[0]: the probability p that a number is dropped; others are scaled by 1 / (1 - p)
 *
 * The mask is a function of (seed, node, step, position), so that a replay drops the same numbers.
 * It is saved for backward: drawing it again costs more than reading it.
 */
static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	(void)group;
	if (!(n->attr[0] >= 0 && n->attr[0] < 1))
		return err_set(e, "invalid probability %g (expected at least 0, below 1)",
			       n->attr[0]);
	n->out = g->node[n->in[0]].out;
	*saved = tensor_width(&n->out);
	return 0;
}

static void
forward(struct graph *g, struct node *n)
{
	const real *x = g->node[n->in[0]].out.data;
	size_t len = g->rows * tensor_width(&n->out);
	struct rng r = rng_stream(g->seed, n->name, g->step, 0);
	double p = n->attr[0];
	real keep = (real)(1 / (1 - p));

	if (!g->training || p == 0) {
		memcpy(n->out.data, x, len * sizeof *x);
		if (n->saved)
			for (size_t i = 0; i < len; i++)
				n->saved[i] = 1;
		return;
	}
	for (size_t i = 0; i < len; i++) {
		real mask = rng_unit(r, i) < p ? 0 : keep;

		if (n->saved)
			n->saved[i] = mask;
		n->out.data[i] = x[i] * mask;
	}
}

static void
backward(struct graph *g, struct node *n)
{
	real *dx = g->node[n->in[0]].grad;
	size_t len = g->rows * tensor_width(&n->out);

	for (size_t i = 0; dx && i < len; i++)
		dx[i] = n->grad[i] * n->saved[i] + (n->adds[0] ? dx[i] : 0);
}

static double
cost(const struct graph *g, const struct node *n)
{
	(void)g;
	return (double)tensor_width(&n->out);
}

const struct op op_dropout = {
	.name = "dropout",
	.doc = "Dropout in training; a replay drops the same numbers.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
