/* Division of loops into pieces of work, as a function of the shape alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_SHARD_H
#define RETORT_NN_GEMM_SHARD_H

#include <stddef.h>

#define SHARD_PIECES 16   /* at most; buffers for the sums of pieces have room for as many */
#define SHARD_LEAST 16384 /* numbers in a piece, at least: some microseconds of work */

/* Number of pieces for `items` items of `width` numbers each, 1..SHARD_PIECES. With 1, pool_run
 * stays on the calling thread. */
static inline int
shard_pieces(size_t items, size_t width)
{
	size_t n = items * width / SHARD_LEAST;

	n = n > SHARD_PIECES ? SHARD_PIECES : n;
	n = n > items ? items : n;
	return n < 1 ? 1 : (int)n;
}

/* First item of piece `index`; its end is the first item of piece `index` + 1. */
static inline size_t
shard_from(size_t items, int pieces, int index)
{
	return items * (size_t)index / (size_t)pieces;
}

/* Start and length of strip `index` of `strips` along a side, in multiples of `unit` except at the
 * end. */
static inline void
shard_strip(size_t side, size_t unit, size_t strips, size_t index, size_t *from, size_t *len)
{
	size_t units = (side + unit - 1) / unit, to = units * (index + 1) / strips * unit;

	*from = units * index / strips * unit;
	*len = (to < side ? to : side) - *from;
}

#endif
