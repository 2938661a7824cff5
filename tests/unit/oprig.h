/* A rig for one operator: inputs with gradients, the operator, a weighted sum of its outputs as
 * loss. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_OPRIG_H
#define RETORT_TESTS_OPRIG_H

#include "retort/nn/graph.h"

/*
 * One input: numbers of a shape, token ids, or the embedding of ids by a node with a tied table.
 * Rank 0: the input before again, so that gradients must add up.
 */
struct oprig_input {
	int rank;
	size_t dim[3];
	size_t embed; /* not 0: the width of an embed node on top of the ids */
	size_t ids; /* not 0: `dim[0]` token ids below this, the last row all padding and padding at
		       the end of others */
};

/* Inputs of a case: [a, b] numbers, or token ids below `below`. */
#define OPRIG_NUMBERS(a, b)                \
	{                                  \
		.rank = 2, .dim = { a, b } \
	}
#define OPRIG_IDS(length, below)                \
	{                                       \
		.dim = { length }, .ids = below \
	}

struct oprig_case {
	const char *op;
	double attr[GRAPH_ATTRS];
	int n_in;
	struct oprig_input in[GRAPH_INPUTS];
	size_t rows;      /* 0: 5 */
	double tolerance; /* of gradients, relative to 1 + their size; 0: 1e-7 */
};

struct oprig {
	struct param_layout layout;
	struct graph *g;
	real *value, *grad;
	int input[GRAPH_INPUTS]; /* input nodes, -1 where the one before is used */
	int out;                 /* node of the operator */
	double *mix;             /* [rows * width of out] */
	size_t len;
	int threads;
};

/* Find an operator by name; NULL if unknown. */
const struct op *oprig_op(const char *name);

/* Build the rig with random values; with `threads` > 1 it has a pool. Fails the test if the shapes
 * are refused. */
void oprig_make(struct oprig *r, const struct oprig_case *c, int threads);
void oprig_free(struct oprig *r);

/* Compute the weighted sum; forward only. */
double oprig_loss(struct oprig *r);

/* Forward and backward: gradients of the weighted sum, in r->grad and in the input nodes. */
void oprig_backward(struct oprig *r);

/* Values of an input of the operator. */
const real *oprig_input_of(const struct oprig *r, int which);

/* Padding in front of tokens and between them, which the ids of oprig_make do not have. */
void oprig_make_holes(struct oprig *r, int which, size_t length);

/* Compare the gradients of all parameters and inputs with central differences. */
void oprig_check(struct oprig *r, const struct oprig_case *c);

#endif
