/* token_trie.c: byte strings with ids, and their trie. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/token_trie.h"

#include <assert.h>
#include <string.h>

#include "retort/base/mem.h"

#define ROOT 1

/* FNV-1a, 64 bits, with its high half folded in, since slots are its low bits. */
static uint64_t
hash_bytes(const char *s, size_t len)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 1099511628211u;
	return h ^ h >> 32;
}

const char *
token_trie_get(const struct token_trie *p, size_t id, size_t *len)
{
	size_t start = id ? p->end[id - 1] : 0;

	*len = p->end[id] - start;
	return p->bytes + start;
}

/* The slot of a string, or the free slot where it belongs. */
static size_t
find_slot(const struct token_trie *p, const char *s, size_t len)
{
	size_t at = (size_t)hash_bytes(s, len) & (p->slots - 1), have;

	for (; p->slot[at]; at = (at + 1) & (p->slots - 1)) {
		const char *other = token_trie_get(p, p->slot[at] - 1, &have);

		if (have == len && memcmp(other, s, len) == 0)
			break;
	}
	return at;
}

static void
grow_slots(struct token_trie *p)
{
	size_t len;

	mem_free(p->slot);
	p->slots = p->slots ? 2 * p->slots : 64;
	p->slot = mem_array(p->slots, sizeof *p->slot);
	for (size_t i = 0; i < p->n; i++) {
		const char *s = token_trie_get(p, i, &len);

		if (i >= p->cap_hidden || !p->hidden[i])
			p->slot[find_slot(p, s, len)] = (uint32_t)i + 1;
	}
}

int32_t
token_trie_find(const struct token_trie *p, const char *s, size_t len)
{
	return p->slots ? (int32_t)p->slot[find_slot(p, s, len)] - 1 : -1;
}

/* Append the bytes of a string with the next id. */
static void
append(struct token_trie *p, const char *s, size_t len)
{
	assert(p->n < INT32_MAX);
	mem_grow(&p->bytes, &p->cap_bytes, p->size + len + 1, 1);
	mem_grow(&p->end, &p->cap, p->n + 1, sizeof *p->end);
	memcpy(p->bytes + p->size, s, len);
	p->size += len;
	p->end[p->n++] = p->size;
}

int32_t
token_trie_add_duplicate(struct token_trie *p, const char *s, size_t len)
{
	size_t at;

	if (2 * p->n >= p->slots)
		grow_slots(p);
	at = find_slot(p, s, len);
	append(p, s, len);
	p->slot[at] = (uint32_t)p->n;
	return (int32_t)p->n - 1;
}

void
token_trie_add_hidden(struct token_trie *p, const char *s, size_t len)
{
	size_t had = p->cap_hidden;

	append(p, s, len);
	mem_grow(&p->hidden, &p->cap_hidden, p->n, 1);
	memset(p->hidden + had, 0, p->cap_hidden - had);
	p->hidden[p->n - 1] = 1;
}

int32_t
token_trie_add(struct token_trie *p, const char *s, size_t len)
{
	int32_t id = token_trie_find(p, s, len);

	return id >= 0 ? id : token_trie_add_duplicate(p, s, len);
}

void
token_trie_release(struct token_trie *p)
{
	mem_free(p->bytes);
	mem_free(p->end);
	mem_free(p->slot);
	mem_free(p->hidden);
	memset(p, 0, sizeof *p);
}

int
token_trie_tree_init(struct token_trie_tree *t, size_t bytes, struct err *e)
{
	*t = (struct token_trie_tree){ .nodes = ROOT, .slots = 64 };
	if (bytes > TOKEN_TRIE_TREE - ROOT - 1)
		return err_set(e, "tokens of %zu bytes in total (expected at most %zu)", bytes,
			       TOKEN_TRIE_TREE - ROOT - 1);
	while (t->slots < 2 * bytes)
		t->slots *= 2;
	t->key = mem_try(t->slots, sizeof *t->key);
	t->child = mem_try(t->slots, sizeof *t->child);
	t->id = mem_try(bytes + ROOT + 1, sizeof *t->id);
	if (!t->key || !t->child || !t->id) {
		token_trie_tree_release(t);
		return err_set(e, "no memory for a tree of %zu bytes of tokens", bytes);
	}
	t->id[ROOT] = -1;
	return 0;
}

/* Keys of siblings differ in the low 8 bits only, those along a chain in the others. */
static size_t
tree_slot(const struct token_trie_tree *t, uint32_t key)
{
	size_t at = (size_t)((key * (uint64_t)0x9E3779B97F4A7C15u) >> 32) & (t->slots - 1);

	while (t->child[at] && t->key[at] != key)
		at = (at + 1) & (t->slots - 1);
	return at;
}

uint32_t
token_trie_tree_step(const struct token_trie_tree *t, uint32_t node, unsigned char byte)
{
	return t->child[tree_slot(t, node << 8 | byte)];
}

void
token_trie_tree_add(struct token_trie_tree *t, const char *s, size_t len, int32_t id)
{
	uint32_t node = ROOT;

	for (size_t i = 0; i < len; i++) {
		uint32_t key = node << 8 | (unsigned char)s[i];
		size_t at = tree_slot(t, key);

		if (!t->child[at]) {
			t->key[at] = key;
			t->child[at] = ++t->nodes;
			t->id[t->nodes] = -1;
		}
		node = t->child[at];
	}
	t->id[node] = id;
}

void
token_trie_tree_release(struct token_trie_tree *t)
{
	mem_free(t->key);
	mem_free(t->child);
	mem_free(t->id);
	memset(t, 0, sizeof *t);
}
