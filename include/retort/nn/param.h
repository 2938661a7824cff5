/* Parameters: one layout of named tensors in a slab, in groups with their own learning rate. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_PARAM_H
#define RETORT_NN_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/real.h"
#include "retort/nn/tensor.h"

#define PARAM_NAME 64
#define PARAM_GROUPS 256 /* of every mapped pair a projection, and numbers of the loss's own */

/* How starting values are drawn; `in` is the product of all dimensions but the last. */
enum param_init {
	PARAM_ZERO,
	PARAM_ONE,
	PARAM_HE,     /* normal, variance 2/in: before ReLU and GELU (He et al. 2015) */
	PARAM_XAVIER, /* normal, variance 1/in: before tanh, logits and projections (LeCun et al.
			 1998) */
	PARAM_UNIT,   /* uniform, variance 1/out: rows of length about 1; large banks are drawn anew
			 whenever maps change */
	PARAM_NARROW, /* normal, spread 0.02: transformers and their embeddings (Radford et al.
			 2018) */
};

struct param {
	char name[PARAM_NAME]; /* "block1.weight": the name in checkpoints */
	int rank;
	size_t dim[TENSOR_RANK]; /* weights are [in, out] */
	size_t offset, len;      /* numbers, in the slab */
	int group;
	bool decays;   /* weight decay applies */
	bool is_state; /* running statistics: saved and hashed like weights, but the operator that
			  owns them moves them, in forward while training; the optimizer never does
			*/
	bool by_row;   /* state of a row for each of the data set: a step moves those of its batch
			  alone */
	enum param_init init;
};

/* A projection added while training is a group of its own. */
struct param_group {
	char name[PARAM_NAME];
	double lr_factor; /* on the learning rate */
	double sign;      /* 1 descends, -1 ascends */
};

/* Where everything is; no numbers of its own. */
struct param_layout {
	size_t len;   /* numbers in the slab, offsets rounded up to 16 */
	size_t count; /* parameters: without the rounding */
	size_t n, cap;
	struct param *param; /* owned */
	int n_groups;
	struct param_group group[PARAM_GROUPS];
};

void param_layout_init(struct param_layout *l); /* with group 0, "net" */
void param_layout_release(struct param_layout *l);

/* A new group; returns its index. Asserts that there is room. */
int param_group_add(struct param_layout *l, const char *name, double lr_factor, double sign);

/* A new parameter at the end; returns its index. */
int param_add(struct param_layout *l, int group, const char *name, int rank, const size_t *dim,
	      bool decays, enum param_init init);

/* The same for what its operator moves itself: no gradient, no decay. */
int param_add_state(struct param_layout *l, int group, const char *name, int rank,
		    const size_t *dim, enum param_init init);

/* "[28, 28, 1]", for a message. Returns buf. */
const char *param_print_shape(int rank, const size_t *dim, char *buf, size_t size);

/* By name, or NULL; owned by the layout. */
const struct param *param_find(const struct param_layout *l, const char *name);

/* Starting values of one parameter: a function of (seed, net, name), whatever else there is. */
void param_start(const struct param *p, real *value, uint64_t seed, const char *net);

/* The same for all. */
void param_start_all(const struct param_layout *l, real *value, uint64_t seed, const char *net);

/* Copy every parameter that both layouts have by name and shape. */
void param_copy(const struct param_layout *to, real *value, const struct param_layout *from,
		const real *old);

#endif
