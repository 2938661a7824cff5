/* One operator in a graph of its own, with values that come from elsewhere: golden files, other
 * people's vectors. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_PLAY_H
#define RETORT_TESTS_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/nn/graph.h"

#define PLAY_VALUES 6

/* Numbers, or token ids (`ids`, rank 2); dim[0] are the rows. */
struct play_input {
	int rank; /* 0: there is no such input */
	size_t dim[TENSOR_RANK];
	const real *data;
	const int32_t *ids;
	real *grad; /* out, where not NULL and `mix` is given */
};

struct play_value {
	const char
		*name; /* of a parameter of the operator, behind "node."; NULL: there are no more */
	const real *data;
	real *grad;  /* out, as above */
	real *after; /* out, where not NULL: what it is after the pass; running statistics move */
};

struct play {
	const char *op;
	double attr[GRAPH_ATTRS];
	struct play_input in[GRAPH_INPUTS];
	struct play_value value[PLAY_VALUES]; /* every parameter that the operator has */
	bool training;
	const real *mix; /* the loss is its product with what comes out; NULL: forward only */
};

/* `out` has room for `len` numbers, which must be as many as come out. Fails the test where
 * anything does not fit. */
void play_run(const struct play *p, real *out, size_t len);

#endif
