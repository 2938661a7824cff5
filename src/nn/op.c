/* op.c: the table of operators, and the one that takes data in. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/op.h"

#include "retort/nn/graph.h"

const struct op *const op_table[] = {
#define OP(id) &op_##id,
#include "retort/nn/ops/ops.def"
};
const size_t op_count = sizeof op_table / sizeof op_table[0];

/* graph_input sets the shape before it asks, and graph_feed fills the values. */
static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	(void)g;
	(void)n;
	(void)group;
	(void)saved;
	(void)e;
	return 0;
}

static void
nothing(struct graph *g, struct node *n)
{
	(void)g;
	(void)n;
}

static double
cost(const struct graph *g, const struct node *n)
{
	(void)g;
	(void)n;
	return 0;
}

const struct op op_input = {
	.name = "input",
	.doc = "Rows of data, as fed.",
	.n_in = 0,
	.shape = shape,
	.forward = nothing,
	.backward = nothing,
	.cost = cost,
};
