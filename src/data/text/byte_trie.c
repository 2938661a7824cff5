/* byte_trie.c: a trie in breadth-first order, children next to each other. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/byte_trie.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"

#define TABLE_FROM 8    /* children from which a node gets a table */
#define TABLES_MAX 8192 /* tables of a trie, 1 KiB each */

static int
by_string(const void *a, const void *b)
{
	const struct byte_trie_item *x = a, *y = b;
	size_t common = x->len < y->len ? x->len : y->len;
	int order = memcmp(x->s, y->s, common);

	if (order)
		return order;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* The items [from, to) that share the path to a node, for each node while building. */
struct range {
	uint32_t from, to, depth;
};

static int
alloc_trie(struct byte_trie *t, struct range **range, size_t bytes, struct err *e)
{
	t->node = mem_try(bytes + 2, sizeof *t->node);
	t->label = mem_try(bytes + 2, 1);
	*range = mem_try(bytes + 2, sizeof **range);
	if (t->node && t->label && *range)
		return 0;
	return err_set(e, "no memory for a trie of %zu bytes of tokens", bytes);
}

/* Add the children of a node after all nodes so far. */
static void
add_children(struct byte_trie *t, struct range *range, uint32_t at,
	     const struct byte_trie_item *item)
{
	struct byte_trie_node *node = &t->node[at];
	uint32_t i = range[at].from, to = range[at].to, depth = range[at].depth, count = 0;

	node->id = -1;
	for (; i < to && item[i].len == depth; i++)
		node->id = item[i].id;
	node->first = t->nodes + 1;
	while (i < to) {
		uint32_t from = i;
		uint8_t byte = (uint8_t)item[from].s[depth];

		while (i < to && (uint8_t)item[i].s[depth] == byte)
			i++;
		t->label[++t->nodes] = byte;
		range[t->nodes] = (struct range){ from, i, depth + 1 };
		count++;
	}
	node->count = (uint16_t)count;
	node->only = t->label[node->first <= t->nodes ? node->first : 0];
}

/* Replace the children of nodes that have many by tables, those nearest to the root first. */
static int
make_tables(struct byte_trie *t, struct err *e)
{
	uint32_t n = 0;

	for (uint32_t i = BYTE_TRIE_ROOT; i <= t->nodes && n < TABLES_MAX; i++)
		n += t->node[i].count >= TABLE_FROM;
	t->table = mem_try(n + 1, sizeof *t->table);
	if (!t->table)
		return err_set(e, "no memory for %u tables of a trie", (unsigned)n);
	for (uint32_t i = BYTE_TRIE_ROOT; i <= t->nodes && t->tables < n; i++) {
		struct byte_trie_node *node = &t->node[i];

		if (node->count < TABLE_FROM)
			continue;
		for (uint32_t k = 0; k < node->count; k++)
			t->table[t->tables][t->label[node->first + k]] = node->first + k;
		node->first = t->tables++;
		node->count = BYTE_TRIE_TABLE;
	}
	return 0;
}

int
byte_trie_init(struct byte_trie *t, struct byte_trie_item *item, size_t n, struct err *e)
{
	struct range *range = NULL;
	size_t bytes = 0, kept = 0;
	int status;

	*t = (struct byte_trie){ .nodes = BYTE_TRIE_ROOT };
	for (size_t i = 0; i < n; i++)
		if (item[i].len) {
			item[kept++] = item[i];
			bytes += item[i].len;
		}
	if (bytes > BYTE_TRIE_BYTES)
		return err_set(e, "tokens of %zu bytes in total (expected at most %zu)", bytes,
			       BYTE_TRIE_BYTES);
	if (kept)
		qsort(item, kept, sizeof *item, by_string);
	status = alloc_trie(t, &range, bytes, e);
	if (status == 0) {
		range[BYTE_TRIE_ROOT] = (struct range){ 0, (uint32_t)kept, 0 };
		for (uint32_t at = BYTE_TRIE_ROOT; at <= t->nodes; at++)
			add_children(t, range, at, item);
		status = make_tables(t, e);
	}
	mem_free(range);
	if (status < 0)
		byte_trie_release(t);
	return status;
}

void
byte_trie_release(struct byte_trie *t)
{
	mem_free(t->node);
	mem_free(t->label);
	mem_free(t->table);
	*t = (struct byte_trie){ 0 };
}

uint32_t
byte_trie_search(const struct byte_trie *t, const struct byte_trie_node *node, unsigned char byte)
{
	const uint8_t *label = t->label + node->first;
	uint32_t low = 0, high = node->count;

	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (label[mid] < byte)
			low = mid + 1;
		else
			high = mid;
	}
	return low < node->count && label[low] == byte ? node->first + low : 0;
}

size_t
byte_trie_longest(const struct byte_trie *t, const char *text, size_t size)
{
	uint32_t node = BYTE_TRIE_ROOT;
	size_t found = 0;

	for (size_t i = 0; t->nodes > BYTE_TRIE_ROOT && i < size; i++) {
		node = byte_trie_step(t, node, (unsigned char)text[i]);
		if (!node)
			break;
		if (t->node[node].id >= 0)
			found = i + 1;
	}
	return found;
}
