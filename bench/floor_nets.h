/* Inside the floor: its list of products, and the networks that fill it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_FLOOR_NETS_H
#define RETORT_BENCH_FLOOR_NETS_H

#include "floor.h"
#include "retort/base/real.h"
#include "retort/nn/gemm/blas.h"

#define FLOOR_SCRATCH                                                              \
	131072 /* numbers of an unfolded piece, to stay in a core's cache: 512 KiB \
		*/

/* How far apart operands lie: the i-th of a list at i / fold * outer + i % fold * inner. */
struct stride {
	size_t outer, inner;
};

/*
 * One product, cut by blas_run, or `count` > 1 of one shape, each whole on one thread, as the heads
 * of attention and the images of a convolution are.
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
	real **block; /* everything the items point into */
	size_t blocks, blocks_cap;
	real *scratch; /* FLOOR_SCRATCH numbers a thread; an operand that points here gets its
			  thread's part */
	bool out_of_memory;
};

/* n random numbers in [-1/2, 1/2), freed with the floor. NULL and f->out_of_memory when there is no
 * memory. */
real *floor_block(struct floor *f, size_t n);

/* Append a product; borrowed until the next. */
struct item *floor_add(struct floor *f, struct blas_product p);

/* A transformer, and what stands behind its blocks: a head for classes or words, learned maps on
 * hidden states. */
struct shape {
	size_t length, blocks, width, heads, wide;
	size_t classes, words; /* one of them 0 */
	size_t maps, map_to;
};

/* The products of one network: forward, and with `train` backward. Widths are layers + 1 numbers,
 * channels 3. */
void floor_mlp(struct floor *f, const size_t *width, int layers, bool train);
void floor_transformer(struct floor *f, const struct shape *s, bool train);
void floor_cnn(struct floor *f, const size_t *channels, bool train);

#endif
