/* Byte strings with ids, by hash; and a trie that finds the strings at the start of a text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_TOKEN_TRIE_H
#define RETORT_DATA_TEXT_TOKEN_TRIE_H

#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"

struct token_trie {
	size_t n;    /* ids are 0..n-1 */
	char *bytes; /* all strings, concatenated */
	size_t size, cap_bytes;
	size_t *end; /* [n] end of each in `bytes` */
	size_t cap;
	uint32_t *slot;  /* [slots] hash table of id + 1; 0: free */
	size_t slots;    /* 0, or a power of two */
	uint8_t *hidden; /* [cap_hidden] whether a string is found under another id only */
	size_t cap_hidden;
};

/* The id of a string, -1 if absent. The empty string is allowed. */
int32_t token_trie_find(const struct token_trie *p, const char *s, size_t len);

/* The id of a string; an absent one is added with the next id, p->n. */
int32_t token_trie_add(struct token_trie *p, const char *s, size_t len);

/* Add a string with the next id, even if present: it is then found under the new id. */
int32_t token_trie_add_duplicate(struct token_trie *p, const char *s, size_t len);

/* Add a string that is present with the next id; it is still found under the id it had. */
void token_trie_add_hidden(struct token_trie *p, const char *s, size_t len);

/* The bytes of a string; borrowed until the next is added. */
const char *token_trie_get(const struct token_trie *p, size_t id, size_t *len);

void token_trie_release(struct token_trie *p);

#define TOKEN_TRIE_TREE ((size_t)1 << 24) /* maximum size of all strings of a tree, bytes */

/* A byte trie. Node 1 is the root; 0 means no node. */
struct token_trie_tree {
	uint32_t *key, *child; /* [slots] hash table of node * 256 + byte to child; child 0: free */
	size_t slots;
	int32_t *id; /* [nodes + 1] id of the string that ends at a node, or -1 */
	uint32_t nodes;
};

/* Make an empty tree with room for strings of `bytes` in total. Returns -1 with an error for more
 * than TOKEN_TRIE_TREE, or when out of memory. */
int token_trie_tree_init(struct token_trie_tree *t, size_t bytes, struct err *e);
void token_trie_tree_add(struct token_trie_tree *t, const char *s, size_t len, int32_t id);

/* The child of `node` for a byte, 0 if none. */
uint32_t token_trie_tree_step(const struct token_trie_tree *t, uint32_t node, unsigned char byte);

void token_trie_tree_release(struct token_trie_tree *t);

#endif
