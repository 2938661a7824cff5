/* Parameters: a layout of named tensors in one slab, in groups with a learning rate each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_PARAM_H
#define RETORT_NN_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/real.h"
#include "retort/nn/tensor.h"

#define PARAM_NAME 64
#define PARAM_GROUPS \
	256 /* one for each projection of a layer map and each set of loss parameters */

/* Initialization; `in` is the product of all dimensions but the last, `out` the last. */
enum param_init {
	PARAM_ZERO,
	PARAM_ONE,
	PARAM_HE,     /* normal, variance 2/in: before ReLU and GELU (He et al. 2015) */
	PARAM_XAVIER, /* normal, variance 1/in: before tanh, logits and projections (LeCun et al.
			 1998) */
	PARAM_UNIT, /* uniform, variance 1/out: rows of length about 1; cheap, for large banks that
		       are drawn again with every change of layer maps */
	PARAM_NARROW, /* normal, standard deviation 0.02: transformers and their embeddings (Radford
			 et al. 2018) */
};

struct param {
	char name[PARAM_NAME]; /* "block1.weight": the name in checkpoints */
	int rank;
	size_t dim[TENSOR_RANK]; /* weights are [in, out] */
	size_t offset, len;      /* in numbers, within the slab */
	int group;
	bool decays;   /* weight decay applies */
	bool is_state; /* running statistics: saved and hashed like weights, but updated by their
			  operator, in forward while training, never by the optimizer */
	bool by_row;   /* one row for each row of the data set: a step updates those of its batch
			  alone */
	enum param_init init;
};

/* Parameters with a common learning rate. A projection added while training has a group of its own.
 */
struct param_group {
	char name[PARAM_NAME];
	double lr_factor; /* multiplies the learning rate */
	double sign;      /* 1: gradient descent, -1: ascent */
};

/* Where each parameter is in the slab; the numbers are elsewhere. */
struct param_layout {
	size_t len;   /* numbers in the slab; offsets are multiples of 16 */
	size_t count; /* parameters, without the padding between them */
	size_t n, cap;
	struct param *param; /* owned */
	int n_groups;
	struct param_group group[PARAM_GROUPS];
};

void param_layout_init(struct param_layout *l); /* empty, with group 0, "net" */
void param_layout_release(struct param_layout *l);

/* Add a group and return its index. Asserts that there is room. */
int param_group_add(struct param_layout *l, const char *name, double lr_factor, double sign);

/* Add a parameter at the end and return its index. */
int param_add(struct param_layout *l, int group, const char *name, int rank, const size_t *dim,
	      bool decays, enum param_init init);

/* The same for running statistics: is_state, no gradient, no decay. */
int param_add_state(struct param_layout *l, int group, const char *name, int rank,
		    const size_t *dim, enum param_init init);

/* Write a shape as "[28, 28, 1]", for a message. Returns buf. */
const char *param_print_shape(int rank, const size_t *dim, char *buf, size_t size);

/* The parameter with this name, owned by the layout, or NULL. */
const struct param *param_find(const struct param_layout *l, const char *name);

/* Initialize one parameter: a function of (seed, net, name), independent of all others. */
void param_start(const struct param *p, real *value, uint64_t seed, const char *net);

/* Initialize all parameters, but for those that `known`, or NULL, has with the same shape: their
 * values are copied by the caller. */
void param_start_all(const struct param_layout *l, const struct param_layout *known, real *value,
		     uint64_t seed, const char *net);

/* Copy every parameter that both layouts have with the same name and shape. */
void param_copy(const struct param_layout *to, real *value, const struct param_layout *from,
		const real *old);

#endif
