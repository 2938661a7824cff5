/* words.c: words in rows of tokens. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/vocab/words.h"

#include <stdbool.h>
#include <string.h>

#include "retort/base/text.h"

#define BYTES 256

/* Scripts written without blanks, where each character counts as a word. */
static bool
is_ideograph(uint32_t cp)
{
	return (cp >= 0x2E80 && cp < 0xA000 && !(cp >= 0x3000 && cp < 0x3040)) ||
	       (cp >= 0xF900 && cp < 0xFB00) || (cp >= 0x20000 && cp < 0x40000);
}

static bool
is_letter(uint32_t cp)
{
	if (cp < 0x80)
		return (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') ||
		       (cp >= 'a' && cp <= 'z') || cp == '\'';
	return cp >= 0xC0 && !(cp >= 0x2000 && cp < 0x2070) && !(cp >= 0x3000 && cp < 0x3040) &&
	       cp != 0xFEFF && !(cp >= 0xFF00 && cp < 0xFF10);
}

static enum words_kind
kind_of_name(const char *name)
{
	size_t len = strlen(name), n, letters = 0, at = 0;
	uint32_t cp = 0;

	if (len > 2 && memcmp(name, "##", 2) == 0)
		return WORDS_LETTER;
	for (; at < len; at += n ? n : 1) {
		n = text_utf8(name + at, len - at, &cp);
		letters += is_letter(cp);
		if (n == len) /* a single character */
			return is_ideograph(cp) ? WORDS_WHOLE
			       : is_letter(cp)  ? WORDS_LETTER
						: WORDS_BETWEEN;
	}
	return letters ? WORDS_WHOLE : WORDS_BETWEEN;
}

/* Whether tokens are bytes: by the tokenizer, else by the size of the vocabulary. */
static bool
is_bytes(const struct dataset *ds)
{
	return ds->tokenizer ? ds->tokenizer->kind == TOKENIZER_BYTE : ds->vocab == BYTES;
}

/* Classify a token by its characters, and, where tokens are parts of words, by whether it begins
 * one. */
static enum words_kind
kind_of_token(const struct tokenizer *t, int32_t id, struct text *name)
{
	enum words_kind kind;

	if ((size_t)id >= t->vocab || tokenizer_is_special(t, id))
		return WORDS_BETWEEN;
	text_clear(name);
	if (tokenizer_decode(t, &id, 1, name, NULL) < 0)
		return WORDS_WHOLE;
	kind = kind_of_name(text_get(name));
	if (t->kind == TOKENIZER_CHAR || kind == WORDS_BETWEEN)
		return kind;
	return tokenizer_starts_word(t, id) ? WORDS_WHOLE : WORDS_LETTER;
}

void
words_kinds(const struct dataset *ds, uint8_t *kind)
{
	struct text name = { 0 };

	for (size_t i = 0; i < ds->vocab; i++) {
		if (is_bytes(ds))
			kind[i] = i < BYTES && (i >= 0x80 || is_letter((uint32_t)i))
					  ? WORDS_LETTER
					  : WORDS_BETWEEN;
		else if (ds->tokenizer)
			kind[i] = (uint8_t)kind_of_token(ds->tokenizer, (int32_t)i, &name);
		else
			kind[i] = WORDS_WHOLE;
	}
	text_release(&name);
}

size_t
words_length(const int32_t *ids, size_t room)
{
	while (room > 0 && ids[room - 1] < 0)
		room--;
	return room;
}

size_t
words_next(const uint8_t *kind, const int32_t *ids, size_t n, size_t from, size_t *end)
{
	while (from < n && kind[ids[from]] == WORDS_BETWEEN)
		from++;
	*end = from;
	if (from < n)
		++*end;
	while (*end < n && kind[ids[*end]] == WORDS_LETTER)
		++*end;
	return from;
}

int32_t
words_blank(const struct dataset *ds)
{
	struct text name = { 0 };
	int32_t found = is_bytes(ds) ? ' ' : -1;

	for (int32_t i = 0; found < 0 && ds->tokenizer && (size_t)i < ds->tokenizer->vocab; i++) {
		text_clear(&name);
		if (tokenizer_decode(ds->tokenizer, &i, 1, &name, NULL) == 0 &&
		    strcmp(text_get(&name), " ") == 0)
			found = i;
	}
	text_release(&name);
	return found;
}

int32_t
words_mask(const struct dataset *ds)
{
	int32_t id = ds->tokenizer ? ds->tokenizer->special[TOKENIZER_MASK] : -1;

	if (id < 0)
		id = words_blank(ds);
	return id < 0 ? 0 : id;
}
