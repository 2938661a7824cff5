/* Strings of bytes and their numbers, and a tree that finds the strings a text begins with. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_TOKEN_TRIE_H
#define RETORT_DATA_TEXT_TOKEN_TRIE_H

#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"

struct token_trie {
	size_t n;    /* ids are 0..n-1 */
	char *bytes; /* of all, one after the other */
	size_t size, cap_bytes;
	size_t *end; /* [n] where each ends in bytes */
	size_t cap;
	uint32_t *slot; /* [slots] id + 1 where its hash puts it, 0: free */
	size_t slots;   /* 0, or a power of two */
};

/* The id of a piece, -1 when it is not there. Empty ones are pieces, too. */
int32_t token_trie_find(const struct token_trie *p, const char *s, size_t len);

/* Its id, the next one where it was not there: then p->n has grown. */
int32_t token_trie_add(struct token_trie *p, const char *s, size_t len);

/* The next id, also where it was there: then it is found under the new one from here on. */
int32_t token_trie_again(struct token_trie *p, const char *s, size_t len);

/* Bytes of a piece, borrowed until the next is added. */
const char *token_trie_get(const struct token_trie *p, size_t id, size_t *len);

void token_trie_release(struct token_trie *p);

#define TOKEN_TRIE_TREE ((size_t)1 << 24) /* bytes of all pieces in a tree, at most */

/* Children of the nodes of a tree by byte; the root is node 1, 0 is no node. */
struct token_trie_tree {
	uint32_t *key, *child; /* [slots] node * 256 + byte and what is there; child 0: free */
	size_t slots;
	int32_t *id; /* [nodes + 1] of the piece that ends here, or -1 */
	uint32_t nodes;
};

/* A tree without pieces, with room for so many bytes of them. Refused: more than TOKEN_TRIE_TREE,
 * or than there is memory. */
int token_trie_tree_init(struct token_trie_tree *t, size_t bytes, struct err *e);
void token_trie_tree_add(struct token_trie_tree *t, const char *s, size_t len, int32_t id);

/* The node behind `node` on that byte, 0 when there is none. */
uint32_t token_trie_tree_step(const struct token_trie_tree *t, uint32_t node, unsigned char byte);

void token_trie_tree_release(struct token_trie_tree *t);

#endif
