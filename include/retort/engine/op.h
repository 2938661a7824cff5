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

/* Attributes of convolution. */
enum {
	CONV_ACT,      /* enum act: none, relu or tanh, behind the bias */
	CONV_CHANNELS, /* channels it puts out */
	CONV_KERNEL,   /* side of the square window */
	CONV_STRIDE,   /* 0 is 1 */
	CONV_PADDING,  /* zeros around the map, on every side */
	CONV_GROUPS,   /* divides both numbers of channels; as many as channels in: depthwise; 0 is 1 */
	CONV_BARE,     /* not 0: no bias */
};

/* Attributes of pooling over windows. */
enum {
	POOL_KIND,    /* enum op_pool_kind */
	POOL_SIZE,    /* side of the square window */
	POOL_STRIDE,  /* 0 is the size */
	POOL_PADDING, /* at most half the size */
};
enum op_pool_kind { POOL_MAX, POOL_AVERAGE };

/* Attributes of batch norm. */
enum {
	BATCH_NORM_ACT,      /* enum act: none or relu, behind the residual connection */
	BATCH_NORM_EPS,      /* 0 is 1e-5 */
	BATCH_NORM_MOMENTUM, /* share of a batch in the running statistics; 0 is 0.1 */
};

/* Every operator, in the order of ops.def. */
extern const struct op *const op_table[];
extern const size_t op_count;
#define OP(id) extern const struct op op_##id;
#include "retort/engine/ops.def"

#endif
