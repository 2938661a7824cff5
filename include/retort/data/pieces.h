/* Strings of bytes and their numbers, and a tree that finds the strings a text begins with. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_PIECES_H
#define RETORT_DATA_PIECES_H

#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"

struct pieces {
	size_t n;        /* ids are 0..n-1 */
	char *bytes;     /* of all, one after the other */
	size_t size, cap_bytes;
	size_t *end;     /* [n] where each ends in bytes */
	size_t cap;
	uint32_t *slot;  /* [slots] id + 1 where its hash puts it, 0: free */
	size_t slots;    /* 0, or a power of two */
};

/* The id of a piece, -1 when it is not there. Empty ones are pieces, too. */
int32_t pieces_find(const struct pieces *p, const char *s, size_t len);

/* Its id, the next one where it was not there: then p->n has grown. */
int32_t pieces_add(struct pieces *p, const char *s, size_t len);

/* The next id, also where it was there: then it is found under the new one from here on. */
int32_t pieces_again(struct pieces *p, const char *s, size_t len);

/* Bytes of a piece, borrowed until the next is added. */
const char *pieces_get(const struct pieces *p, size_t id, size_t *len);

void pieces_release(struct pieces *p);

#define PIECES_TREE ((size_t)1 << 24) /* bytes of all pieces in a tree, at most */

/* Children of the nodes of a tree by byte; the root is node 1, 0 is no node. */
struct pieces_tree {
	uint32_t *key, *child; /* [slots] node * 256 + byte and what is there; child 0: free */
	size_t slots;
	int32_t *id;           /* [nodes + 1] of the piece that ends here, or -1 */
	uint32_t nodes;
};

/* A tree without pieces, with room for so many bytes of them. Refused: more than PIECES_TREE, or than there is memory. */
int pieces_tree_init(struct pieces_tree *t, size_t bytes, struct err *e);
void pieces_tree_add(struct pieces_tree *t, const char *s, size_t len, int32_t id);

/* The node behind `node` on that byte, 0 when there is none. */
uint32_t pieces_tree_step(const struct pieces_tree *t, uint32_t node, unsigned char byte);

void pieces_tree_release(struct pieces_tree *t);

#endif
