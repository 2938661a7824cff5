/* One operator in its own graph, with given values: golden files, published vectors. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_PLAY_H
#define RETORT_TESTS_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/nn/graph.h"

#define PLAY_VALUES 6

/* Numbers, or token ids (`ids`, rank 2); dim[0] is the number of rows. */
struct play_input {
	int rank; /* 0: no such input */
	size_t dim[TENSOR_RANK];
	const real *data;
	const int32_t *ids;
	real *grad; /* out, if not NULL and `mix` is given */
};

struct play_value {
	const char *name; /* name of a parameter after "node."; NULL: end */
	const real *data;
	real *grad;  /* out, as above */
	real *after; /* out, if not NULL: value after the pass, for running statistics */
};

struct play {
	const char *op;
	double attr[GRAPH_ATTRS];
	struct play_input in[GRAPH_INPUTS];
	struct play_value value[PLAY_VALUES]; /* all parameters of the operator */
	bool training;
	const real *mix; /* weights of the outputs in the loss; NULL: forward only */
};

/* Run it. `out` has room for `len` numbers, the number of outputs. Fails the test if shapes do not
 * fit. */
void play_run(const struct play *p, real *out, size_t len);

#endif
