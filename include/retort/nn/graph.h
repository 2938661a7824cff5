/* The graph: nodes in an array, built once, walked up for values and down for gradients. */
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
#define GRAPH_ATTRS 12
#define GRAPH_PARAMS 8

struct node {
	const struct op *op;
	char name[PARAM_NAME];
	int n_in;
	int in[GRAPH_INPUTS];     /* nodes before this one */
	double attr[GRAPH_ATTRS]; /* what the operator documents */
	int n_params;
	int param[GRAPH_PARAMS]; /* indices in the layout */
	struct tensor out;       /* value */
	int32_t *ids; /* [rows, length] inputs of token ids: what to read instead of out; -1 is
			 padding */
	real *grad;   /* gradient of the total with respect to `out`; NULL where nobody needs it */
	real *saved;  /* the operator's own, from forward to backward; NULL: forward only */
	size_t n_saved;   /* numbers a row in `saved` */
	size_t n_scratch; /* numbers of scratch that one piece of work needs; see graph_scratch */
	size_t n_work; /* numbers the operator keeps whatever the rows are: sums of pieces, what it
			  touched */
	real *work;    /* [n_work] zeroed once, then the operator's own from step to step; NULL:
			  forward only */
	bool adds[GRAPH_INPUTS]; /* backward: add to the input's gradient, do not overwrite */
	bool tapped;             /* losses add to its gradient before graph_backward */
	bool pulled;             /* losses add to `pull` */
	bool met;   /* something is in `grad` by the time of its own backward; where not, there is
		       `pull` alone */
	real *pull; /* [rows, places], a place being all of `out` but the last dimension: every
		       number of a place times its pull is a part of the gradient; NULL: there is
		       none */
};

struct graph {
	size_t capacity; /* rows there is room for */
	size_t rows;     /* rows of the current feed */
	int n_nodes, cap_nodes;
	struct node *node;           /* owned */
	struct param_layout *layout; /* borrowed until graph_finish; then read */
	struct arena arena; /* values, gradients, saved: planned by how long each is needed */
	real *value;        /* the slab bound by graph_bind */
	real *grad;
	struct gemm_packed **packed; /* [layout->n] borrowed, by parameter; NULL where products are
					plain; forward only */
	double *square;    /* [layout->n] borrowed, may be NULL: the sum of squares of a parameter's
			      gradient, from    operators that have it at hand; NAN where backward did
			      not    say */
	struct pool *pool; /* borrowed; may be NULL */
	bool training;     /* dropout drops, batch norm takes the batch's statistics and moves its
			      running ones */
	bool keeps;        /* backward will follow: operators keep what it needs in `saved` */
	real *scratch;     /* one stretch for each thread */
	size_t n_scratch;  /* numbers in a stretch: the most that any node asked for */
	uint64_t seed, step; /* indices of the random streams of operators */
};

struct graph *graph_new(size_t capacity, struct param_layout *layout, struct pool *pool);
void graph_free(struct graph *g);

/* The input: `rank` and `dim` without rows. Returns the node's index. */
int graph_input(struct graph *g, const char *name, int rank, const size_t *dim);

/* An input of token ids, `length` to a row: rank 2, without numbers; operators that take it read
 * node->ids. */
int graph_input_ids(struct graph *g, const char *name, size_t length);

/*
 * Add a node. The operator's shape() fills `out` and adds its parameters to the layout.
 * Returns its index, or -1 with an error when shapes cannot meet.
 */
int graph_add(struct graph *g, const struct op *op, const char *name, int group, int n_in,
	      const int *in, const double *attr, struct err *e);

/*
 * Bytes that graph_finish will ask for, for values, gradients and what operators keep. What is
 * never needed at the same time shares its place: without gradients a value lives until its last
 * reader, with gradients until its own backward; what was tapped lives on.
 */
size_t graph_room(const struct graph *g, bool gradients);

/*
 * Plan and take the memory. With `gradients`, every node between a parameter (or a tapped input)
 * and a tapped node gets one. 0, or -1 when there is no memory: the error says how much was asked
 * for.
 */
int graph_finish(struct graph *g, bool gradients, struct err *e);

/* Point the graph at a slab: value[layout->len], grad[layout->len] (NULL: forward only). */
void graph_bind(struct graph *g, real *value, real *grad);

/* n_scratch numbers that only the calling thread uses, from inside a piece of work; 64-byte
 * aligned. */
real *graph_scratch(const struct graph *g);

/* Copy `rows` rows into input node `node` and make that the size of the feed. */
void graph_feed(struct graph *g, int node, const float *x, size_t rows);
void graph_feed_ids(struct graph *g, int node, const int32_t *ids, size_t rows);

/* Values of all nodes up to and with `last`, and of those from..last alone, after the ones before.
 * Allocates nothing. */
void graph_forward(struct graph *g, int last);
void graph_forward_from(struct graph *g, int from, int last);

/* Losses will look at this node, and its value outlives the pass. Before graph_finish. */
void graph_tap(struct graph *g, int node);

/*
 * Losses will look at this node too, and their gradient is one factor in each place times what
 * stands there: they add it to node->pull, which is as many times smaller than a gradient as the
 * node has channels. Before graph_finish.
 */
void graph_tap_places(struct graph *g, int node);

/* Forget the gradients and pulls of tapped nodes, or of one of them: whatever losses add next
 * counts alone. */
void graph_zero(struct graph *g);
void graph_zero_node(struct graph *g, int node);

/*
 * From the node gradients that losses have added to taps (cleared before) down to the
 * parameters, whose gradients are overwritten. Allocates nothing.
 */
void graph_backward(struct graph *g);

/* Multiply-adds times two of one forward pass over `capacity` rows. */
double graph_cost(const struct graph *g);

#endif
