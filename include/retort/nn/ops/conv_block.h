/* Blocks of channels in the scratch of struct conv_direct, for its passes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_CONV_BLOCK_H
#define RETORT_NN_OPS_CONV_BLOCK_H

#include "retort/nn/ops/conv_direct.h"

#define CONV_BLOCK_LANES 16 /* channels in a block: one or two vectors */
#define CONV_BLOCK_SPAN \
	9 /* numbers of a window at once, for the weight gradient: a window of 3 x 3 */
#define CONV_BLOCK_DEEP 4 /* positions at once, depthwise */

/* A block of channels; several vectors on machines with narrower ones. */
typedef real conv_block_vector __attribute__((vector_size(CONV_BLOCK_LANES * sizeof(real)),
					      aligned(sizeof(real)), may_alias));

/* The weights in scratch, after the map: [block, number of the window, CONV_BLOCK_LANES], padded
 * with zeros after the last channel. */
static inline real *
conv_block_weights(const struct conv_direct *d, real *scratch, size_t block)
{
	return scratch + d->map + block * d->k * CONV_BLOCK_LANES;
}

static inline real *
conv_block_bias(const struct conv_direct *d, real *scratch)
{
	return conv_block_weights(d, scratch, d->blocks);
}

/* A line of the output or of its gradient in scratch, one block: [across + CONV_BLOCK_DEEP,
 * CONV_BLOCK_LANES]; unless depthwise, the whole gradient. */
static inline real *
conv_block_line(const struct conv_direct *d, real *scratch)
{
	return conv_block_bias(d, scratch) + d->blocks * CONV_BLOCK_LANES;
}

static inline size_t
conv_block_lanes(const struct conv_direct *d, size_t block)
{
	size_t left = d->out - block * CONV_BLOCK_LANES;

	return left < CONV_BLOCK_LANES ? left : CONV_BLOCK_LANES;
}

#endif
