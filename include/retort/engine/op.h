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
	int n_in;
	/*
	 * Fill node->out (rank, dim), node->n_params with param_add in `group`, and *saved, the
	 * numbers a row to keep between forward and backward. 0, or -1 and an error.
	 */
	int (*shape)(struct graph *g, struct node *n, int group, size_t *saved, struct err *e);
	/* node->out from its inputs, g->rows rows. Allocates nothing. */
	void (*forward)(struct graph *g, struct node *n);
	/*
	 * From node->grad to the gradients of the inputs (added where n->adds[i], else
	 * overwritten; skipped where NULL) and of the parameters (overwritten). May destroy node->grad.
	 */
	void (*backward)(struct graph *g, struct node *n);
	/* Floating-point operations of forward for one row. */
	double (*cost)(const struct graph *g, const struct node *n);
};

/* Every operator, in the order of ops.def. */
extern const struct op *const op_table[];
extern const size_t op_count;
#define OP(id) extern const struct op op_##id;
#include "retort/engine/ops.def"

#endif
