/* Where buffers stand in one block of memory: those never needed at the same time share a place. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_PLAN_H
#define RETORT_NN_PLAN_H

#include <stddef.h>

enum plan_what { PLAN_VALUE, PLAN_GRAD, PLAN_PULL, PLAN_SAVED, PLAN_WORK };

struct plan_item {
	enum plan_what what;
	int node;
	int from, to;  /* first and last moment at which it is needed */
	size_t size;   /* bytes, rounded as arenas round */
	size_t offset; /* bytes from the start of the block; set by plan_place */
};

struct plan {
	size_t n, cap;
	struct plan_item *item; /* owned */
	size_t size;            /* bytes of the block; set by plan_place */
};

void plan_add(struct plan *p, enum plan_what what, int node, size_t size, int from, int to);

/*
 * Give every item a place: the largest first, each at the lowest offset where it overlaps nothing
 * that is needed at the same time (Pisarchyk and Lee 2020, greedy by size). A function of the items
 * alone.
 */
void plan_place(struct plan *p);
void plan_release(struct plan *p);

#endif
