/* op.c: the operator of input nodes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/op.h"

#include "retort/nn/graph.h"

/* graph_input has set the shape. */
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
do_nothing(struct graph *g, struct node *n)
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
	.forward = do_nothing,
	.backward = do_nothing,
	.cost = cost,
};
