/* Operators: one descriptor each; ops.def names them all. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_ENGINE_OP_H
#define RETORT_ENGINE_OP_H

#include <stddef.h>

#include "retort/base/err.h"

struct graph;
struct node;

struct op {
	const char *name;
	const char *doc;
	int n_in;   /* inputs it needs */
	int n_more; /* inputs it can do without, behind those */
	/*
	 * Fill node->out (rank, dim), node->n_params with param_add in `group`, n->n_scratch and n->n_work, and
	 * *saved, the numbers a row to keep between forward and backward. 0, or -1 and an error.
	 */
	int (*shape)(struct graph *g, struct node *n, int group, size_t *saved, struct err *e);
	/* node->out from its inputs, g->rows rows. Allocates nothing. */
	void (*forward)(struct graph *g, struct node *n);
	/*
	 * From node->grad to the gradients of the inputs (added where n->adds[i], else
	 * overwritten; skipped where NULL) and of the parameters (overwritten). May destroy node->grad.
	 * Values of the node and of its inputs are still there; those of later nodes may not be.
	 */
	void (*backward)(struct graph *g, struct node *n);
	/* Floating-point operations of forward for one row. */
	double (*cost)(const struct graph *g, const struct node *n);
};

/* Attributes of the dense operator, which layers of every network use. */
enum {
	DENSE_ACT,    /* enum act */
	DENSE_WIDTH,  /* numbers it puts out for a position */
	DENSE_FLAT,   /* not 0: a whole row is one position */
	DENSE_BARE,   /* not 0: no bias */
	DENSE_NARROW, /* not 0: starting values as in transformers (PARAM_NARROW), else by the activation */
};

/* Every operator, in the order of ops.def. */
extern const struct op *const op_table[];
extern const size_t op_count;
#define OP(id) extern const struct op op_##id;
#include "retort/engine/ops.def"

#endif
