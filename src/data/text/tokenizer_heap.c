/* tokenizer_heap.c: a binary heap of numbers, the least on top. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/mem.h"
#include "retort/data/text/tokenizer_kinds.h"

void
tokenizer_heap_push(struct tokenizer_heap *h, uint64_t item)
{
	size_t at = h->n++;

	mem_grow(&h->item, &h->cap, h->n, sizeof *h->item);
	for (; at && h->item[(at - 1) / 2] > item; at = (at - 1) / 2)
		h->item[at] = h->item[(at - 1) / 2];
	h->item[at] = item;
}

uint64_t
tokenizer_heap_pop(struct tokenizer_heap *h)
{
	uint64_t top = h->item[0], last = h->item[--h->n];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < h->n) {
		child += child + 1 < h->n && h->item[child + 1] < h->item[child];
		if (h->item[child] >= last)
			break;
		h->item[at] = h->item[child];
		at = child;
	}
	h->item[at] = last;
	return top;
}
