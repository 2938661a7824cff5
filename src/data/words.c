/* words.c: which tokens make a word. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/words.h"

#include <stdbool.h>
#include <string.h>

#include "retort/base/text.h"

#define BYTES 256

/* Scripts that are written without blanks: a character is a word. */
static bool
is_ideograph(uint32_t cp)
{
	return (cp >= 0x2E80 && cp < 0xA000 && !(cp >= 0x3000 && cp < 0x3040)) || (cp >= 0xF900 && cp < 0xFB00) ||
	       (cp >= 0x20000 && cp < 0x40000);
}

static bool
is_letter(uint32_t cp)
{
	if (cp < 0x80)
		return (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z') || cp == '\'';
	return cp >= 0xC0 && !(cp >= 0x2000 && cp < 0x2070) && !(cp >= 0x3000 && cp < 0x3040) && cp != 0xFEFF &&
	       !(cp >= 0xFF00 && cp < 0xFF10);
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
		if (n == len) /* one character */
			return is_ideograph(cp) ? WORDS_WHOLE : is_letter(cp) ? WORDS_LETTER : WORDS_BETWEEN;
	}
	return letters ? WORDS_WHOLE : WORDS_BETWEEN;
}

static bool
is_bytes(const struct dataset *ds)
{
	return !ds->token_name && ds->vocab == BYTES;
}

void
words_kinds(const struct dataset *ds, uint8_t *kind)
{
	for (size_t i = 0; i < ds->vocab; i++) {
		if (ds->token_name)
			kind[i] = (uint8_t)kind_of_name(ds->token_name[i]);
		else if (is_bytes(ds))
			kind[i] = i >= 0x80 || is_letter((uint32_t)i) ? WORDS_LETTER : WORDS_BETWEEN;
		else
			kind[i] = WORDS_WHOLE;
	}
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

static int32_t
find(const struct dataset *ds, const char *name)
{
	for (size_t i = 0; ds->token_name && i < ds->vocab; i++)
		if (strcmp(ds->token_name[i], name) == 0)
			return (int32_t)i;
	return -1;
}

int32_t
words_blank(const struct dataset *ds)
{
	return is_bytes(ds) ? ' ' : find(ds, " ");
}

int32_t
words_mask(const struct dataset *ds)
{
	static const char *const own[] = { "[MASK]", "<mask>" };
	int32_t id = -1;

	for (size_t i = 0; id < 0 && i < sizeof own / sizeof *own; i++)
		id = find(ds, own[i]);
	if (id < 0)
		id = words_blank(ds);
	return id < 0 ? 0 : id;
}
