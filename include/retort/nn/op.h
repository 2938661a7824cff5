/* The descriptor of an operator: one for each kind of node. */
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
	int n_in;   /* required inputs */
	int n_more; /* optional inputs, after those */
	/*
	 * Check inputs and attributes; set rank and dim of n->out, add parameters in `group` with
	 * param_add, set n->n_scratch, n->n_work and *saved, the numbers for each row that forward
	 * saves for backward. 0, or -1 and an error.
	 */
	int (*shape)(struct graph *g, struct node *n, int group, size_t *saved, struct err *e);
	/* Compute n->out from the inputs, for g->rows rows. Allocates nothing. */
	void (*forward)(struct graph *g, struct node *n);
	/*
	 * Compute from n->grad the gradients of the inputs (added where n->adds[i], else
	 * overwritten; skipped where NULL) and of the parameters (overwritten). May destroy
	 * n->grad. Values of the node and of its inputs are valid; those of later nodes need not
	 * be.
	 */
	void (*backward)(struct graph *g, struct node *n);
	/* Whether backward handles n->grad_factor and n->grad_set itself; for other operators
	 * graph_backward adds factor times value to the gradient first. */
	bool adds_grad_factor;
	/* Floating-point operations of forward, for one row. */
	double (*cost)(const struct graph *g, const struct node *n);
	/*
	 * Return the parameter W of an operator that is one product x W and can read W packed from
	 * g->packed; W is [in, out], or [out, in] where *transposed is set. NULL: not such an
	 * operator.
	 */
	const struct param *(*weight)(const struct graph *g, const struct node *n,
				      bool *transposed);
	/* Index in n->param of the bias added to every position of that product; a node whose
	 * n_params is not above it has none. 0: none. */
	int bias;
};

/* The operator of a graph's inputs; graph_feed fills their values. */
extern const struct op op_input;

#endif
