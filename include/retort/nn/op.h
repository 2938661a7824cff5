/* What an operator is: one descriptor for each kind of node. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OP_H
#define RETORT_NN_OP_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"

struct graph;
struct node;
struct param;

struct op {
	const char *name;
	const char *doc;
	int n_in;   /* inputs it needs */
	int n_more; /* inputs it can do without, behind those */
	/*
	 * Fill node->out (rank, dim), node->n_params with param_add in `group`, n->n_scratch and
	 * n->n_work, and *saved, the numbers a row to keep between forward and backward. 0, or -1
	 * and an error.
	 */
	int (*shape)(struct graph *g, struct node *n, int group, size_t *saved, struct err *e);
	/* node->out from its inputs, g->rows rows. Allocates nothing. */
	void (*forward)(struct graph *g, struct node *n);
	/*
	 * From node->grad to the gradients of the inputs (added where n->adds[i], else
	 * overwritten; skipped where NULL) and of the parameters (overwritten). May destroy
	 * node->grad. Values of the node and of its inputs are still there; those of later nodes
	 * may not be.
	 */
	void (*backward)(struct graph *g, struct node *n);
	/* backward takes node->pull and node->met into account; of other operators graph_backward
	 * adds the pull to the gradient. */
	bool pulls;
	/* Floating-point operations of forward for one row. */
	double (*cost)(const struct graph *g, const struct node *n);
	/*
	 * The parameter that the input is multiplied with, where the whole operator is one product
	 * x W that may read W packed from g->packed: [in, out], or with *transposed [out, in].
	 * NULL: none.
	 */
	const struct param *(*weight)(const struct graph *g, const struct node *n,
				      bool *transposed);
	/* Index in node->param of the bias that is added to every position of the product; not
	 * present where node->n_params is not above it. 0: none. */
	int bias;
};

/* The operator of a graph's inputs; graph_feed fills their values. */
extern const struct op op_input;

#endif
