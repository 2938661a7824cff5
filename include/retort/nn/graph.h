/* The graph: nodes in an array, built once, run forward for values and backward for gradients. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GRAPH_H
#define RETORT_NN_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/mem.h"
#include "retort/base/pool.h"
#include "retort/nn/op.h"
#include "retort/nn/gemm/gemm_packed.h"
#include "retort/nn/param.h"
#include "retort/nn/tensor.h"

#define GRAPH_INPUTS 3
#define GRAPH_ATTRS 16
#define GRAPH_PARAMS 8

struct node {
	const struct op *op;
	char name[PARAM_NAME];
	int n_in;
	int in[GRAPH_INPUTS];     /* indices of earlier nodes */
	double attr[GRAPH_ATTRS]; /* as documented by the operator */
	int n_params;
	int param[GRAPH_PARAMS]; /* indices in the layout */
	struct tensor out;       /* value */
	int32_t *ids;     /* [rows, length] of an input of token ids, read instead of `out`; -1 is
			     padding */
	real *grad;       /* gradient of the loss with respect to `out`; NULL: not needed */
	real *saved;      /* what forward saves for backward; NULL: forward only */
	size_t n_saved;   /* numbers for each row in `saved` */
	size_t n_scratch; /* numbers of scratch for one piece of work; see graph_scratch */
	size_t n_work;    /* numbers in `work`, for sums of pieces and the like */
	real *work; /* [n_work] zeroed once, then kept by the operator from step to step; NULL:
		       forward only */
	bool adds[GRAPH_INPUTS]; /* backward adds to the gradient of the input instead of
				    overwriting it */
	bool tapped;             /* losses add to `grad` before graph_backward */
	bool factor_tapped;      /* losses add to `grad_factor` */
	bool grad_set; /* `grad` is set before the backward of this node; else `grad_factor` is the
			  whole gradient */
	real *grad_factor; /* [rows, positions] one factor for each position: factor times `out` is
		       added to the gradient (see graph_tap_positions); NULL: none */
};

/* Numbers that an operator reads beside its attributes. */
struct graph_list {
	float *x; /* owned by the graph */
	size_t n;
};

struct graph {
	size_t capacity; /* rows, at most */
	size_t rows;     /* rows of the current feed */
	int n_nodes, cap_nodes;
	struct node *node; /* owned */
	size_t n_lists, cap_lists;
	struct graph_list *list;     /* owned */
	struct param_layout *layout; /* borrowed; extended until graph_finish, then only read */
	struct arena arena;          /* all buffers, planned by their lifetimes */
	real *value;                 /* the slab bound by graph_bind */
	real *grad;
	struct gemm_packed *
		*packed; /* [layout->n] borrowed, by parameter; NULL: not packed; forward only
			  */
	double *square; /* [layout->n] borrowed, may be NULL: sum of squares of the gradient of each
			   parameter, set by backward of operators that compute it in passing; else
			   NAN */
	struct pool *pool; /* borrowed; may be NULL */
	bool training; /* dropout is on, batch norm uses the statistics of the batch and updates its
			  running ones */
	bool saves;    /* backward will follow: operators fill `saved` */
	real *scratch; /* n_scratch numbers, rounded up, for each thread */
	size_t n_scratch;    /* largest n_scratch of all nodes */
	uint64_t seed, step; /* indices of the random streams of operators */
};

/* An empty graph for `capacity` rows that adds its parameters to `layout`. Free with graph_free. */
struct graph *graph_new(size_t capacity, struct param_layout *layout, struct pool *pool);
void graph_free(struct graph *g);

/* Add an input of numbers; `rank` and `dim` are without the rows. Returns its index. */
int graph_input(struct graph *g, const char *name, int rank, const size_t *dim);

/* Add an input of token ids, `length` in a row. It has rank 2 and no numbers in `out`; operators
 * read node->ids. */
int graph_input_ids(struct graph *g, const char *name, size_t length);

/*
 * Add a node; op->shape() checks the inputs, sets the shape and adds parameters to the layout.
 * `attr` [GRAPH_ATTRS], NULL: zeros. Returns its index, or -1 and an error where shapes do not fit.
 */
int graph_add(struct graph *g, const struct op *op, const char *name, int group, int n_in,
	      const int *in, const double *attr, struct err *e);

/* Copy a list of n numbers into the graph, for operators that have its number as an attribute.
 * Returns the number, at least 1. */
int graph_add_list(struct graph *g, const float *x, size_t n);

/*
 * Bytes that graph_finish will allocate for values, gradients and buffers of operators. Buffers
 * with disjoint lifetimes share memory: without gradients a value lives until its last reader, with
 * gradients until its own backward; a tapped value outlives the pass.
 */
size_t graph_room(const struct graph *g, bool gradients);

/*
 * Allocate all buffers. With `gradients`, every node between a parameter (or a tapped input) and a
 * tapped node gets a gradient. 0, or -1 and an error with the size where memory is short.
 */
int graph_finish(struct graph *g, bool gradients, struct err *e);

/* Set the slabs of parameters, value[layout->len], and gradients, grad[layout->len] (NULL: forward
 * only). Borrowed. */
void graph_bind(struct graph *g, real *value, real *grad);

/* The scratch of the calling thread, n_scratch numbers, 64-byte aligned; from inside a piece of
 * work.
 */
real *graph_scratch(const struct graph *g);

/* Copy `rows` rows into input node `node` and set g->rows. */
void graph_feed(struct graph *g, int node, const float *x, size_t rows);
void graph_feed_ids(struct graph *g, int node, const int32_t *ids, size_t rows);

/* Compute the values of nodes 0..last; or of from..last, once those before are computed. Allocates
 * nothing. */
void graph_forward(struct graph *g, int last);
void graph_forward_from(struct graph *g, int from, int last);

/* Keep the value of a node after the pass, and let losses add to its gradient. Before graph_finish.
 */
void graph_tap(struct graph *g, int node);

/*
 * Let losses add to node->grad_factor, for losses whose gradient at each position is one factor
 * times the value there: grad_factor is smaller than a gradient by the number of channels. Before
 * graph_finish.
 */
void graph_tap_positions(struct graph *g, int node);

/* Set the gradients and factors of tapped nodes, or of one of them, to 0, before losses add to
 * them.
 */
void graph_zero(struct graph *g);
void graph_zero_node(struct graph *g, int node);

/*
 * Propagate the gradients that losses have added to tapped nodes, after graph_zero, to the
 * parameters, whose gradients are overwritten. Allocates nothing.
 */
void graph_backward(struct graph *g);

/* Floating-point operations of a forward pass over `capacity` rows. */
double graph_cost(const struct graph *g);

#endif
