/* charmap.c: character maps of SentencePiece. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/charmap.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/unicode.h"

#define GRAPHEME_MAX 6 /* bytes; graphemes of at least so many are replaced by characters */

struct charmap {
	uint32_t *unit; /* [units] double array */
	size_t units;
	char *with; /* [size] replacements, each with its NUL */
	size_t size;
};

static uint32_t
read_u32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

struct charmap *
charmap_new(const void *bytes, size_t size, struct err *e)
{
	const unsigned char *p = bytes;
	uint32_t trie = size >= 4 ? read_u32(p) : 0;
	struct charmap *m;

	if (size < 4 || trie % 4 || trie == 0 || trie > size - 4) {
		err_set(e, "a map of %zu bytes with a trie of %u (expected a multiple of 4 within)",
			size, (unsigned)trie);
		return NULL;
	}
	m = mem_new(sizeof *m);
	m->units = trie / 4;
	m->size = size - 4 - trie;
	m->unit = mem_try(m->units, sizeof *m->unit);
	m->with = mem_try(m->size + 1, 1);
	if (!m->unit || !m->with) {
		err_set(e, "no memory for a map of %zu bytes", size);
		charmap_free(m);
		return NULL;
	}
	for (size_t i = 0; i < m->units; i++)
		m->unit[i] = read_u32(p + 4 + 4 * i);
	memcpy(m->with, p + 4 + trie, m->size); /* mem_try gives a NUL behind */
	return m;
}

void
charmap_free(struct charmap *m)
{
	if (!m)
		return;
	mem_free(m->unit);
	mem_free(m->with);
	mem_free(m);
}

/* Fields of a unit, as in the library Darts-clone. */
static size_t
offset_of(uint32_t unit)
{
	return (size_t)(unit >> 10) << ((unit & 1u << 9) >> 6);
}

/*
 * Find a sequence at the start of a text, the longest or the shortest; *value gets its place among
 * the replacements. Returns its length, 0: none.
 */
static size_t
find_prefix(const struct charmap *m, const char *text, size_t size, bool longest, size_t *value)
{
	size_t at = offset_of(m->unit[0]), found = 0;

	for (size_t i = 0; i < size && text[i]; i++) {
		unsigned char byte = (unsigned char)text[i];
		uint32_t unit;

		at ^= byte;
		if (at >= m->units)
			break;
		unit = m->unit[at];
		if ((unit & (1u << 31 | 0xFF)) != byte)
			break;
		at ^= offset_of(unit);
		if (!(unit >> 8 & 1))
			continue;
		if (at >= m->units)
			break;
		*value = m->unit[at] & ~(1u << 31);
		found = i + 1;
		if (!longest)
			break;
	}
	return found && *value < m->size ? found : 0;
}

size_t
charmap_longest(const struct charmap *m, const char *text, size_t size, const char **with,
		size_t *len)
{
	size_t value = 0, found = find_prefix(m, text, size, true, &value);

	if (found) {
		*with = m->with + value;
		*len = strlen(*with);
	}
	return found;
}

/* Append the replacement of a piece; false if no sequence begins it. */
static bool
put_replacement(const struct charmap *m, const char *piece, size_t size, struct text *out)
{
	size_t value = 0;

	if (!find_prefix(m, piece, size, false, &value))
		return false;
	text_add(out, m->with + value);
	return true;
}

void
charmap_put(const struct charmap *m, const char *text, size_t size, struct text *out)
{
	uint32_t cp;

	for (size_t at = 0, end; at < size; at = end) {
		end = at + unicode_grapheme(text + at, size - at);
		if (end - at < GRAPHEME_MAX && put_replacement(m, text + at, end - at, out))
			continue;
		for (size_t n; at < end; at += n) {
			n = text_utf8(text + at, end - at, &cp);
			if (!put_replacement(m, text + at, n, out))
				text_bytes(out, text + at, n);
		}
	}
}
