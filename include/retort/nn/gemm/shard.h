/* How loops over memory are cut in pieces: a function of the shape alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_SHARD_H
#define RETORT_NN_GEMM_SHARD_H

#include <stddef.h>

#define SHARD_PIECES 16   /* at most: room for sums of pieces is planned with it */
#define SHARD_LEAST 16384 /* numbers that are worth a piece of their own: some microseconds */

/* Pieces for `items` items of `width` numbers each; 1..SHARD_PIECES. With 1, pool_run wakes nobody.
 */
static inline int
shard_pieces(size_t items, size_t width)
{
	size_t n = items * width / SHARD_LEAST;

	n = n > SHARD_PIECES ? SHARD_PIECES : n;
	n = n > items ? items : n;
	return n < 1 ? 1 : (int)n;
}

/* First item of piece `index`; the piece ends where the next one begins. */
static inline size_t
shard_from(size_t items, int pieces, int index)
{
	return items * (size_t)index / (size_t)pieces;
}

/* Strip `index` of `strips` along a side, in multiples of `unit` but for the end: where it begins
 * and how long it is. */
static inline void
shard_strip(size_t side, size_t unit, size_t strips, size_t index, size_t *from, size_t *len)
{
	size_t units = (side + unit - 1) / unit, to = units * (index + 1) / strips * unit;

	*from = units * index / strips * unit;
	*len = (to < side ? to : side) - *from;
}

#endif
