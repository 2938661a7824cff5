/* Character maps of SentencePiece: a double-array trie of sequences and what replaces each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_CHARMAP_H
#define RETORT_DATA_TEXT_CHARMAP_H

#include "retort/base/err.h"
#include "retort/base/text.h"

struct charmap;

/*
 * Read a map: 4 bytes with the size of the trie, the trie (units of 4 bytes), and the replacements,
 * each with a NUL at its end; little-endian. NULL with an error for sizes that do not fit.
 */
struct charmap *charmap_new(const void *bytes, size_t size, struct err *e);
void charmap_free(struct charmap *m);

/*
 * Append a text of valid UTF-8 with its characters replaced. As the library tokenizers does it: a
 * grapheme of less than 6 bytes as a whole if a sequence of the map begins it, else character by
 * character.
 */
void charmap_put(const struct charmap *m, const char *text, size_t size, struct text *out);

/*
 * The replacement of the longest sequence at the start of a text, as SentencePiece does it. Returns
 * its length in the text, 0 if no sequence of the map begins it.
 */
size_t charmap_longest(const struct charmap *m, const char *text, size_t size, const char **with,
		       size_t *len);

#endif
