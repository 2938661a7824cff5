/* vocabulary.c: the hash of a vocabulary. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/vocabulary.h"

#include <string.h>

#include "retort/base/hash.h"

static void
add_points(struct hash_sum *s, const struct tokenizer *t)
{
	for (size_t i = 0; t->point && i < t->vocab; i++) {
		uint32_t p = t->point[i];
		uint8_t byte[4] = { (uint8_t)p, (uint8_t)(p >> 8), (uint8_t)(p >> 16),
				    (uint8_t)(p >> 24) };

		if (p != UINT32_MAX)
			hash_add(s, byte, sizeof byte);
	}
}

/* Every token with its length, so that the cuts between them count. */
static void
add_pieces(struct hash_sum *s, const struct tokenizer *t)
{
	for (size_t i = 0; i < t->pieces.n; i++) {
		size_t len;
		const char *piece = token_trie_get(&t->pieces, i, &len);
		uint8_t size[4] = { (uint8_t)len, (uint8_t)(len >> 8), (uint8_t)(len >> 16),
				    (uint8_t)(len >> 24) };

		hash_add(s, size, sizeof size);
		hash_add(s, piece, len);
	}
}

const char *
vocabulary_hash(const struct tokenizer *t, char *buf)
{
	const char *kind = t ? tokenizer_kind_name(t->kind) : NULL;
	struct hash_sum s;
	struct hash h;

	if (!kind)
		return NULL;
	hash_begin(&s);
	hash_add(&s, kind, strlen(kind) + 1);
	if (t->kind == TOKENIZER_CHAR)
		add_points(&s, t);
	else
		add_pieces(&s, t);
	h = hash_end(&s);
	return hash_hex(&h, buf);
}
