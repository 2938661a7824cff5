/* tokenizer_char.c: one token for each character. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/unicode.h"
#include "retort/data/text/tokenizer_kinds.h"

#define PAGE 256                /* code points */
#define PAGES (0x110000 / PAGE) /* pages of all code points */

void
tokenizer_char_init(struct tokenizer *t)
{
	t->page = mem_array(PAGES, sizeof *t->page);
}

void
tokenizer_char_release(struct tokenizer *t)
{
	for (size_t i = 0; t->page && i < PAGES; i++)
		mem_free(t->page[i]);
	mem_free(t->page);
	mem_free(t->point);
}

static void
set_id(struct tokenizer *t, uint32_t point, int32_t id)
{
	int32_t **page = &t->page[point / PAGE];

	if (!*page) {
		*page = mem_array(PAGE, sizeof **page);
		memset(*page, 0xFF, PAGE * sizeof **page);
	}
	(*page)[point % PAGE] = id;
}

size_t
tokenizer_char_decode_at(const char *text, size_t size, size_t at, uint32_t *cp, struct err *e)
{
	size_t n = text_utf8(text + at, size - at, cp);

	if (n == 1 && *cp == 0xFFFD) { /* U+FFFD itself has three bytes */
		err_set(e, "byte %zu: 0x%02X is not UTF-8", at, (unsigned)(unsigned char)text[at]);
		return 0;
	}
	return n;
}

int
tokenizer_char_check(const char *text, size_t size, struct err *e)
{
	uint32_t cp;

	for (size_t at = 0, n; at < size; at += n) {
		n = (signed char)text[at] >= 0 ? 1
					       : tokenizer_char_decode_at(text, size, at, &cp, e);
		if (n == 0)
			return -1;
	}
	return 0;
}

size_t
tokenizer_char_mark(const char *text, size_t size)
{
	return size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

int
tokenizer_char_add(struct tokenizer *t, const char *text, size_t size, struct err *e)
{
	uint32_t cp;

	for (size_t at = tokenizer_char_mark(text, size), n; at < size; at += n) {
		n = tokenizer_char_decode_at(text, size, at, &cp, e);
		if (n == 0)
			return -1;
		set_id(t, cp, 0); /* ids are assigned by tokenizer_char_assign_ids */
	}
	return 0;
}

int
tokenizer_char_assign_ids(struct tokenizer *t, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < PAGES; i++)
		for (size_t k = 0; t->page[i] && k < PAGE; k++)
			n += t->page[i][k] == 0;
	if (n > TOKENIZER_CHARS)
		return err_set(e, "%zu distinct characters (expected at most %d); use bytes", n,
			       TOKENIZER_CHARS);
	t->point = mem_array(n, sizeof *t->point);
	for (uint32_t cp = 0; t->vocab < n; cp++)
		if (tokenizer_id(t, cp) == 0) {
			set_id(t, cp, (int32_t)t->vocab);
			t->point[t->vocab++] = cp;
		}
	return 0;
}

/* Add a line that names a special token. Returns -1 if it does not, or if that token exists. */
static int
add_special(struct tokenizer *t, const char *s, size_t len)
{
	const char *known;
	int what = tokenizer_special_of(s, len, &known);

	if (what < 0 || t->special[what] >= 0)
		return -1;
	t->special[what] = (int32_t)t->vocab;
	t->special_name[what] = known;
	t->point[t->vocab++] = UINT32_MAX;
	return 0;
}

/* One line of a vocabulary file, without its line feed; `line` counts from 1. */
static int
add_line(struct tokenizer *t, const char *s, size_t len, size_t line, size_t *cap, struct err *e)
{
	uint32_t cp = '\n';
	size_t n = 0;

	if (len > 0 && (n = tokenizer_char_decode_at(s, len, 0, &cp, e)) == 0)
		return err_wrap(e, "line %zu", line);
	if (t->vocab == TOKENIZER_CHARS)
		return err_set(e, "line %zu: more than %d tokens", line, TOKENIZER_CHARS);
	mem_grow(&t->point, cap, t->vocab + 1, sizeof *t->point);
	if (n < len)
		return add_special(t, s, len) == 0 ? 0
						   : err_set(e,
							     "line %zu: a token of several "
							     "characters (expected one)",
							     line);
	if (tokenizer_id(t, cp) >= 0)
		return err_set(e, "line %zu: duplicate of line %d", line, tokenizer_id(t, cp) + 1);
	set_id(t, cp, (int32_t)t->vocab);
	t->point[t->vocab++] = cp;
	return 0;
}

int
tokenizer_char_vocab(struct tokenizer *t, const char *bytes, size_t size, struct err *e)
{
	const char *p = bytes + tokenizer_char_mark(bytes, size), *end = bytes + size;
	size_t cap = 0, line = 0;

	if (p == end)
		return err_set(e, "empty: no tokens");
	while (p < end) {
		const char *feed = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((feed ? feed : end) - p);

		if (add_line(t, p, len, ++line, &cap, e) < 0)
			return -1;
		p += len + (feed != NULL);
	}
	return 0;
}

static int
no_token(uint32_t cp, size_t at, struct err *e)
{
	char utf8[5] = "";

	if (!unicode_is_control(cp) && !unicode_is_accent(cp))
		utf8[unicode_encode(cp, utf8)] = '\0';
	return err_set(e, "byte %zu: the vocabulary has no U+%04X%s%s", at, (unsigned)cp,
		       utf8[0] ? " " : "", utf8);
}

int
tokenizer_char_encode(const struct tokenizer *t, const char *text, size_t size,
		      struct tokenizer_ids *out, struct err *e)
{
	uint32_t cp;
	int32_t id;

	mem_grow(&out->id, &out->cap, out->n + size, sizeof *out->id);
	for (size_t at = tokenizer_char_mark(text, size), n; at < size; at += n) {
		n = tokenizer_char_decode_at(text, size, at, &cp, e);
		if (n == 0)
			return -1;
		id = tokenizer_id(t, cp);
		if (id < 0)
			id = t->special[TOKENIZER_UNKNOWN];
		if (id < 0)
			return no_token(cp, at, e);
		out->id[out->n++] = id;
	}
	return 0;
}

int
tokenizer_char_decode(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out)
{
	char buf[4];

	for (size_t i = 0; i < n; i++) {
		if (ids[i] < 0)
			continue;
		if (t->point[ids[i]] != UINT32_MAX) {
			text_bytes(out, buf, unicode_encode(t->point[ids[i]], buf));
			continue;
		}
		for (int k = 0; k < TOKENIZER_SPECIALS; k++)
			if (t->special[k] == ids[i])
				text_add(out, t->special_name[k]);
	}
	return 0;
}
