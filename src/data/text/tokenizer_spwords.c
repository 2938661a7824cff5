/* tokenizer_spwords.c: models of SentencePiece of type word and char: one token for each word, or
 * for each character. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/data/text/tokenizer_kinds.h"

int
tokenizer_spwords_finish(struct tokenizer *t, struct err *e)
{
	(void)e;
	if (t->byte_fallback)
		tokenizer_find_bytes(t);
	return 0;
}

/* Append the token of a piece; consecutive unknown ones are one, or the tokens of their bytes. The
 * text of a control symbol is unknown: the library (0.1.97) fails there. */
static int
put(const struct tokenizer *t, const char *s, size_t len, bool *unknown, struct tokenizer_ids *out,
    struct err *e)
{
	int32_t none = t->special[TOKENIZER_UNKNOWN], id = token_trie_find(&t->pieces, s, len);
	bool before = *unknown;

	*unknown = id < 0 || id == none || t->role[id] & TOKENIZER_RESERVED;
	if (!*unknown)
		tokenizer_add_id(out, id);
	else if (t->byte_fallback) {
		if (!tokenizer_add_bytes(t, s, len, out))
			return err_set(e, "the model has no pieces for all bytes");
	} else if (!before)
		tokenizer_add_id(out, none);
	return 0;
}

/* A word begins at each U+2581, even where blanks are marked at the end of words. */
int
tokenizer_spwords_word(const struct tokenizer *t, const char *text, size_t size,
		       struct tokenizer_ids *out, struct err *e)
{
	bool unknown = false;
	int status = 0;

	for (size_t from = 0, at = 1; from < size && status == 0; at++)
		if (at == size || (size - at >= 3 && memcmp(text + at, TOKENIZER_BLANK, 3) == 0)) {
			status = put(t, text + from, at - from, &unknown, out, e);
			from = at;
		}
	return status;
}

/* A user-defined symbol counts as one character. */
int
tokenizer_spwords_char(const struct tokenizer *t, const char *text, size_t size,
		       struct tokenizer_ids *out, struct err *e)
{
	bool unknown = false;
	int status = 0;
	uint32_t cp;

	for (size_t at = 0, len; at < size && status == 0; at += len) {
		len = byte_trie_longest(&t->symbols, text + at, size - at);
		if (!len)
			len = text_utf8(text + at, size - at, &cp);
		status = put(t, text + at, len, &unknown, out, e);
	}
	return status;
}
