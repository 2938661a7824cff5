/* A trie of byte strings that is built once, for finding those at a place of a text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_BYTE_TRIE_H
#define RETORT_DATA_TEXT_BYTE_TRIE_H

#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"

#define BYTE_TRIE_ROOT 1
#define BYTE_TRIE_TABLE UINT16_MAX /* `count` of a node whose children are in a table */

struct byte_trie_node {
	int32_t id;     /* value of the string that ends here; -1: none */
	uint32_t first; /* first child, or the number of its table; children are consecutive */
	uint16_t count; /* of children */
	uint8_t only;   /* label of the first child */
};

struct byte_trie {
	struct byte_trie_node *node; /* [nodes + 1]; node 0 is none */
	uint8_t *label;              /* [nodes + 1] */
	uint32_t (*table)[256];
	uint32_t nodes, tables;
};

/* A string and its value. */
struct byte_trie_item {
	const char *s; /* borrowed while building */
	uint32_t len;
	int32_t id;
};

#define BYTE_TRIE_BYTES ((size_t)1 << 26) /* maximum size of all strings */

/*
 * Build a trie of n strings, which are sorted in place; of equal strings the largest id counts,
 * empty ones are left out. Returns -1 with an error for more than BYTE_TRIE_BYTES, or without
 * memory; nothing to release then.
 */
int byte_trie_init(struct byte_trie *t, struct byte_trie_item *item, size_t n, struct err *e);
void byte_trie_release(struct byte_trie *t);

/* Length of the longest string at the start of a text; 0: none. */
size_t byte_trie_longest(const struct byte_trie *t, const char *text, size_t size);

/* The child among several; 0: none. */
uint32_t byte_trie_search(const struct byte_trie *t, const struct byte_trie_node *node,
			  unsigned char byte);

/* The child of a node for a byte; 0: none. */
static inline uint32_t
byte_trie_step(const struct byte_trie *t, uint32_t at, unsigned char byte)
{
	const struct byte_trie_node *node = &t->node[at];

	if (node->count == 1)
		return node->only == byte ? node->first : 0;
	if (node->count == BYTE_TRIE_TABLE)
		return t->table[node->first][byte];
	return node->count ? byte_trie_search(t, node, byte) : 0;
}

#endif
