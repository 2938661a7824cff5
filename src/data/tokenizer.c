/* tokenizer.c: text becomes token ids, and ids become text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/tokenizer.h"

#include <string.h>

#include "retort/base/mem.h"

#define PAGE 256                 /* code points */
#define PAGES (0x110000 / PAGE) /* of Unicode */

void
tokenizer_init(struct tokenizer *t, enum tokenizer_kind kind)
{
	*t = (struct tokenizer){ .kind = kind };
	if (kind == TOKENIZER_BYTE) {
		t->vocab = 256;
		return;
	}
	t->page = mem_array(PAGES, sizeof *t->page);
}

void
tokenizer_release(struct tokenizer *t)
{
	for (size_t i = 0; t->page && i < PAGES; i++)
		mem_free(t->page[i]);
	mem_free(t->page);
	mem_free(t->point);
	memset(t, 0, sizeof *t);
}

int32_t
tokenizer_id(const struct tokenizer *t, uint32_t point)
{
	const int32_t *page = t->page[point / PAGE];

	return page ? page[point % PAGE] : -1;
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

/* Bytes of the character at byte `at`; 0 with an error when there is none. */
static size_t
take_char(const char *text, size_t size, size_t at, uint32_t *cp, struct err *e)
{
	size_t n = text_utf8(text + at, size - at, cp);

	if (n == 1 && *cp == 0xFFFD) { /* the character U+FFFD itself takes three bytes */
		err_set(e, "byte %zu: 0x%02X is not UTF-8", at, (unsigned)(unsigned char)text[at]);
		return 0;
	}
	return n;
}

static size_t
mark_length(const char *text, size_t size)
{
	return size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

int
tokenizer_see(struct tokenizer *t, const char *text, size_t size, struct err *e)
{
	uint32_t cp;

	if (t->kind == TOKENIZER_BYTE)
		return 0;
	for (size_t at = mark_length(text, size), n; at < size; at += n) {
		n = take_char(text, size, at, &cp, e);
		if (n == 0)
			return -1;
		set_id(t, cp, 0); /* numbered when all are there */
	}
	return 0;
}

int
tokenizer_settle(struct tokenizer *t, struct err *e)
{
	size_t n = 0;

	if (t->kind == TOKENIZER_BYTE)
		return 0;
	for (size_t i = 0; i < PAGES; i++)
		for (size_t k = 0; t->page[i] && k < PAGE; k++)
			n += t->page[i][k] == 0;
	if (n > TOKENIZER_CHARS)
		return err_set(e, "%zu distinct characters, at most %d are accepted; take bytes", n, TOKENIZER_CHARS);
	t->point = mem_array(n, sizeof *t->point);
	for (uint32_t cp = 0; t->vocab < n; cp++)
		if (tokenizer_id(t, cp) == 0) {
			set_id(t, cp, (int32_t)t->vocab);
			t->point[t->vocab++] = cp;
		}
	return 0;
}

/* One line of a vocabulary file, without its line feed; `line` counts from 1. */
static int
add_line(struct tokenizer *t, const char *s, size_t len, size_t line, size_t *cap, struct err *e)
{
	uint32_t cp = '\n';
	size_t n = 0;

	if (len > 0 && (n = take_char(s, len, 0, &cp, e)) == 0)
		return err_wrap(e, "line %zu", line);
	if (n < len)
		return err_set(e, "line %zu: a token of several characters; single ones are read", line);
	if (tokenizer_id(t, cp) >= 0)
		return err_set(e, "line %zu: the character of line %d again", line, tokenizer_id(t, cp) + 1);
	if (t->vocab == TOKENIZER_CHARS)
		return err_set(e, "line %zu: more than %d tokens", line, TOKENIZER_CHARS);
	mem_grow(&t->point, cap, t->vocab + 1, sizeof *t->point);
	set_id(t, cp, (int32_t)t->vocab);
	t->point[t->vocab++] = cp;
	return 0;
}

int
tokenizer_from_vocab(struct tokenizer *t, const char *bytes, size_t size, struct err *e)
{
	const char *p = bytes + mark_length(bytes, size), *end = bytes + size;
	size_t cap = 0, line = 0;
	int status = 0;

	tokenizer_init(t, TOKENIZER_CHAR);
	if (p == end)
		status = err_set(e, "empty: no tokens");
	while (p < end && status == 0) {
		const char *feed = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((feed ? feed : end) - p);

		status = add_line(t, p, len, ++line, &cap, e);
		p += len + (feed != NULL);
	}
	if (status < 0)
		tokenizer_release(t);
	return status;
}

static int
no_token(uint32_t cp, size_t at, struct err *e)
{
	char utf8[5] = "";

	if (text_width_char(cp) > 0)
		utf8[text_utf8_put(cp, utf8)] = '\0';
	return err_set(e, "byte %zu: the vocabulary has no U+%04X%s%s", at, (unsigned)cp, utf8[0] ? " " : "", utf8);
}

int
tokenizer_encode(const struct tokenizer *t, const char *text, size_t size, struct tokenizer_ids *out, struct err *e)
{
	uint32_t cp;
	int32_t id;

	mem_grow(&out->id, &out->cap, out->n + size, sizeof *out->id);
	if (t->kind == TOKENIZER_BYTE) {
		for (size_t i = 0; i < size; i++)
			out->id[out->n++] = (unsigned char)text[i];
		return 0;
	}
	for (size_t at = mark_length(text, size), n; at < size; at += n) {
		n = take_char(text, size, at, &cp, e);
		if (n == 0)
			return -1;
		id = tokenizer_id(t, cp);
		if (id < 0)
			return no_token(cp, at, e);
		out->id[out->n++] = id;
	}
	return 0;
}

int
tokenizer_decode(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out, struct err *e)
{
	char buf[4];

	for (size_t i = 0; i < n; i++) {
		if (ids[i] == -1)
			continue;
		if (ids[i] < 0 || (size_t)ids[i] >= t->vocab)
			return err_set(e, "token %zu: id %d is not in 0..%zu", i, ids[i], t->vocab - 1);
		buf[0] = (char)ids[i];
		text_bytes(out, buf, t->kind == TOKENIZER_BYTE ? 1 : text_utf8_put(t->point[ids[i]], buf));
	}
	return 0;
}

char **
tokenizer_names(const struct tokenizer *t)
{
	char **names, utf8[5];

	if (t->kind == TOKENIZER_BYTE)
		return NULL;
	names = mem_array(t->vocab, sizeof *names);
	for (size_t i = 0; i < t->vocab; i++) {
		utf8[text_utf8_put(t->point[i], utf8)] = '\0';
		names[i] = mem_text(utf8);
	}
	return names;
}
