/* spnormalize.c: normalization of SentencePiece (Kudo and Richardson 2018). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/spnormalize.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/text/tokenizer_kinds.h"

void
spnormalize_free(struct spnormalize *n)
{
	if (!n)
		return;
	charmap_free(n->map);
	byte_trie_release(&n->symbols);
	mem_free(n);
}

/* The next piece of a text and what stands for it. Returns its length in the text. */
static size_t
next_piece(const struct spnormalize *n, const char *text, size_t size, const char **with,
	   size_t *len)
{
	size_t found = byte_trie_longest(&n->symbols, text, size);
	uint32_t cp;

	if (!found && n->map && (found = charmap_longest(n->map, text, size, with, len)))
		return found;
	*with = text;
	*len = found ? found : text_utf8(text, size, &cp);
	return *len;
}

static void
put_piece(const struct spnormalize *n, const char *piece, size_t len, struct text *out)
{
	for (size_t i = 0; i < len; i++)
		if (piece[i] == ' ' && n->marks)
			text_add(out, TOKENIZER_BLANK);
		else
			text_bytes(out, piece + i, 1);
}

/* Drop blanks at the end of what was added after `start`. */
static void
trim_end(const struct spnormalize *n, size_t start, struct text *out)
{
	const char *blank = n->marks ? TOKENIZER_BLANK : " ";
	size_t len = strlen(blank);

	while (out->len >= start + len && memcmp(out->s + out->len - len, blank, len) == 0)
		out->len -= len;
	if (out->s)
		out->s[out->len] = '\0';
}

void
spnormalize_put(const struct spnormalize *n, const char *text, size_t size, struct text *out)
{
	size_t at = 0, start = out->len, read, len;
	const char *with;
	bool after_blank = n->trims;

	while (n->trims && at < size) {
		read = next_piece(n, text + at, size - at, &with, &len);
		if (len != 1 || *with != ' ')
			break;
		at += read;
	}
	if (at == size)
		return;
	put_piece(n, " ", n->blank && !n->at_end, out);
	for (; at < size; at += read) {
		read = next_piece(n, text + at, size - at, &with, &len);
		while (after_blank && len && *with == ' ') {
			with++;
			len--;
		}
		put_piece(n, with, len, out);
		if (len)
			after_blank = n->trims && with[len - 1] == ' ';
	}
	if (n->trims)
		trim_end(n, start, out);
	put_piece(n, " ", n->blank && n->at_end, out);
}
