/* Internals of the floor: its list of products, and the networks that fill it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_FLOOR_NETS_H
#define RETORT_BENCH_FLOOR_NETS_H

#include "floor.h"
#include "retort/base/real.h"
#include "retort/nn/gemm/blas.h"

#define FLOOR_SCRATCH                                                                             \
	131072 /* numbers of an unfolded piece, limited to 512 KiB to stay in the cache of a core \
		*/

/* Offsets of operands in a list: operand i is at i / fold * outer + i % fold * inner. */
struct stride {
	size_t outer, inner;
};

/*
 * One product, divided by blas_run; or `count` > 1 products of one shape, each on one thread, as
 * for heads of attention and images of a convolution.
 */
struct item {
	struct blas_product p;
	size_t count, fold;
	struct stride a, b, c;
};

struct floor {
	struct pool *pool;
	size_t batch;
	struct item *item;
	size_t n, cap;
	real **block; /* all buffers of the items */
	size_t blocks, blocks_cap;
	real *scratch; /* FLOOR_SCRATCH numbers for each thread; an operand in it is offset by the
			  thread's index */
	bool out_of_memory;
};

/* n random numbers in [-1/2, 1/2), freed with the floor. NULL without memory, and f->out_of_memory
 * is set. */
real *floor_block(struct floor *f, size_t n);

/* Append a product. The pointer is valid until the next call. */
struct item *floor_add(struct floor *f, struct blas_product p);

/* A transformer with its output: logits of classes or tokens, learned maps of hidden states. */
struct shape {
	size_t length, blocks, width, heads, wide;
	size_t classes, words; /* one of them is 0 */
	size_t maps, map_to;
};

/* The products of one network: forward, and with `train` backward. `widths` has layers + 1 numbers,
 * `channels` 3. */
void floor_mlp(struct floor *f, const size_t *width, int layers, bool train);
void floor_transformer(struct floor *f, const struct shape *s, bool train);
void floor_cnn(struct floor *f, const size_t *channels, bool train);

#endif
