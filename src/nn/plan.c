/* plan.c: offsets of buffers in one block, by lifetime. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/plan.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"

void
plan_add(struct plan *p, enum plan_what what, int node, size_t size, int from, int to)
{
	mem_grow(&p->item, &p->cap, p->n + 1, sizeof *p->item);
	p->item[p->n++] = (struct plan_item){ what, node, from, to, mem_arena_round(size), 0 };
}

/* Largest first; equal sizes in the order of nodes, so that the plan does not depend on qsort. */
static int
by_size(const void *a, const void *b)
{
	const struct plan_item *x = a, *y = b;

	if (x->size != y->size)
		return x->size > y->size ? -1 : 1;
	if (x->node != y->node)
		return x->node - y->node;
	return (int)x->what - (int)y->what;
}

static int
by_offset(const void *a, const void *b)
{
	const struct plan_item *x = *(struct plan_item *const *)a,
			       *y = *(struct plan_item *const *)b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Offset of the lowest gap that holds `item` between the items of near[], sorted by offset. */
static size_t
lowest_gap(const struct plan_item *item, struct plan_item *const *near, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		size_t end = near[i]->offset + near[i]->size;

		if (near[i]->offset >= at + item->size)
			break;
		at = end > at ? end : at;
	}
	return at;
}

void
plan_place(struct plan *p)
{
	struct plan_item **near = mem_array(p->n + 1, sizeof *near);

	qsort(p->item, p->n, sizeof *p->item, by_size);
	p->size = 0;
	for (size_t i = 0; i < p->n; i++) {
		struct plan_item *item = &p->item[i];
		size_t n = 0;

		for (size_t k = 0; k < i; k++)
			if (p->item[k].from <= item->to && item->from <= p->item[k].to)
				near[n++] = &p->item[k];
		qsort(near, n, sizeof *near, by_offset);
		item->offset = lowest_gap(item, near, n);
		if (item->offset + item->size > p->size)
			p->size = item->offset + item->size;
	}
	mem_free(near);
}

void
plan_release(struct plan *p)
{
	mem_free(p->item);
	memset(p, 0, sizeof *p);
}
