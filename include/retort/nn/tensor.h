/* A view of numbers with a shape; owns no memory. The first dimension is the batch. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_TENSOR_H
#define RETORT_NN_TENSOR_H

#include <stddef.h>

#include "retort/base/real.h"

#define TENSOR_RANK 4

struct tensor {
	real *data;
	int rank;
	size_t dim[TENSOR_RANK]; /* dim[0]: capacity in rows */
};

/* Numbers in one row: the product of dim[1..]. */
static inline size_t
tensor_width(const struct tensor *t)
{
	size_t n = 1;

	for (int i = 1; i < t->rank; i++)
		n *= t->dim[i];
	return n;
}

/* Positions in one row: the product of all dimensions but the first and the last. */
static inline size_t
tensor_positions(const struct tensor *t)
{
	return tensor_width(t) / t->dim[t->rank - 1];
}

/* Numbers in a position: the last dimension. */
static inline size_t
tensor_last(const struct tensor *t)
{
	return t->dim[t->rank - 1];
}

/* Numbers in all rows there is room for; 0 for rank 0. */
static inline size_t
tensor_len(const struct tensor *t)
{
	return t->rank ? t->dim[0] * tensor_width(t) : 0;
}

#endif
