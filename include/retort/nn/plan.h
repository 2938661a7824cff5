/* Offsets of buffers in one block of memory: buffers with disjoint lifetimes share memory. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_PLAN_H
#define RETORT_NN_PLAN_H

#include <stddef.h>

enum plan_what { PLAN_VALUE, PLAN_GRAD, PLAN_PULL, PLAN_SAVED, PLAN_WORK };

struct plan_item {
	enum plan_what what;
	int node;
	int from, to;  /* first and last time at which it is needed */
	size_t size;   /* bytes, rounded by mem_arena_round */
	size_t offset; /* bytes from the start of the block; set by plan_place */
};

struct plan {
	size_t n, cap;
	struct plan_item *item; /* owned */
	size_t size;            /* bytes of the block; set by plan_place */
};

/* Add a buffer of `size` bytes of node `node`, needed from time `from` to `to`. */
void plan_add(struct plan *p, enum plan_what what, int node, size_t size, int from, int to);

/*
 * Set the offset of every item: largest first, each at the lowest offset where it overlaps no item
 * that is needed at the same time (Pisarchyk and Lee 2020, greedy by size). A function of the items
 * alone.
 */
void plan_place(struct plan *p);
void plan_release(struct plan *p);

#endif
