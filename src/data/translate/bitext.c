/* bitext.c: pairs of texts, by the text before translation, and their file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/translate/bitext.h"

#include <stdint.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/translate/trigram_cosine.h"
#include "retort/data/translate/framing.h"

#define SIZE_LIMIT ((size_t)1 << 30)
#define HEAD "retort-bitext 1 "

struct bitext *
bitext_new(const char *translator)
{
	struct bitext *p = mem_new(sizeof *p);

	p->translator = mem_text(translator);
	p->slots = 64;
	p->slot = mem_array(p->slots, sizeof *p->slot);
	return p;
}

void
bitext_free(struct bitext *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		mem_free(p->pair[i].before);
		mem_free(p->pair[i].after);
	}
	mem_free(p->translator);
	mem_free(p->pair);
	mem_free(p->slot);
	mem_free(p);
}

/* FNV-1a (Fowler, Noll and Vo), 64 bits. */
static uint64_t
key_of(const char *s)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001B3);
	return h;
}

/* The slot of a text, or the free slot where it belongs. */
static size_t
slot_of(const struct bitext *p, const char *before)
{
	size_t i = key_of(before) & (p->slots - 1);

	while (p->slot[i] && strcmp(p->pair[p->slot[i] - 1].before, before) != 0)
		i = (i + 1) & (p->slots - 1);
	return i;
}

const struct bitext_pair *
bitext_find(const struct bitext *p, const char *before)
{
	uint32_t k = p->slot[slot_of(p, before)];

	return k ? &p->pair[k - 1] : NULL;
}

static void
grow_slots(struct bitext *p)
{
	mem_free(p->slot);
	p->slots *= 2;
	p->slot = mem_array(p->slots, sizeof *p->slot);
	for (size_t i = 0; i < p->n; i++)
		p->slot[slot_of(p, p->pair[i].before)] = (uint32_t)i + 1;
}

void
bitext_add(struct bitext *p, const char *before, const char *after)
{
	size_t at;

	if (2 * p->n >= p->slots)
		grow_slots(p);
	at = slot_of(p, before);
	if (p->slot[at])
		return;
	mem_grow(&p->pair, &p->cap, p->n + 1, sizeof *p->pair);
	p->pair[p->n++] = (struct bitext_pair){ mem_text(before), mem_text(after), -1 };
	p->slot[at] = (uint32_t)p->n;
}

bool
bitext_differs(const struct bitext_pair *p)
{
	return p->after[0] && strcmp(p->before, p->after) != 0;
}

void
bitext_measure(struct bitext *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->pair[i].cosine < 0)
			p->pair[i].cosine =
				trigram_cosine_texts(p->pair[i].before, p->pair[i].after);
}

void
bitext_head(struct text *out, const char *translator)
{
	text_addf(out, HEAD "%s\n", translator);
}

static void
add_escaped(struct text *out, const char *s)
{
	static const char plain[] = "\t\n\r\\", letter[] = "tnr\\";

	for (size_t run; *s; s += run + 1) {
		run = strcspn(s, plain);
		text_bytes(out, s, run);
		if (!s[run])
			return;
		text_addf(out, "\\%c", letter[strchr(plain, s[run]) - plain]);
	}
}

void
bitext_line(struct text *out, const char *before, const char *after)
{
	add_escaped(out, before);
	text_add(out, "\t");
	add_escaped(out, after);
	text_add(out, "\n");
}

int
bitext_write(const struct bitext *p, const char *path, struct err *e)
{
	struct text t = { 0 };
	const void *part;
	size_t size;
	int status;

	bitext_head(&t, p->translator);
	for (size_t i = 0; i < p->n; i++)
		bitext_line(&t, p->pair[i].before, p->pair[i].after);
	part = t.s;
	size = t.len;
	status = io_write_private(path, &part, &size, 1, e);
	text_release(&t);
	return status;
}

/* Decode one field of a line. */
static int
unescape_field(struct text *out, const char *s, size_t len, struct err *e)
{
	text_clear(out);
	text_add(out, "");
	for (size_t i = 0; i < len; i++) {
		static const char plain[] = "\t\n\r\\", letter[] = "tnr\\";
		const char *is = NULL;

		if (s[i] != '\\') {
			text_bytes(out, s + i, 1);
			continue;
		}
		if (++i < len && s[i])
			is = strchr(letter, s[i]);
		if (!is)
			return err_set(e, "invalid escape (expected one of \\t, \\n, \\r, \\\\)");
		text_bytes(out, plain + (is - letter), 1);
	}
	return 0;
}

static int
read_line(struct bitext *p, const char *s, size_t len, struct text *before, struct text *after,
	  struct err *e)
{
	const char *tab = memchr(s, '\t', len);
	size_t first = tab ? (size_t)(tab - s) : 0;

	if (!tab || memchr(tab + 1, '\t', len - first - 1))
		return err_set(e, "expected BEFORE and AFTER with one tab between");
	if (!framing_is_utf8(s, len))
		return err_set(e, "not UTF-8");
	if (unescape_field(before, s, first, e) < 0 ||
	    unescape_field(after, tab + 1, len - first - 1, e) < 0)
		return -1;
	if (p->n == UINT32_MAX - 1)
		return err_set(e, "too many pairs");
	bitext_add(p, text_get(before), text_get(after));
	return 0;
}

/* Read the first line. Returns its length with the line feed, or 0 with an error. */
static size_t
read_head(const char *bytes, size_t size, struct bitext **out, struct err *e)
{
	const char *end = size ? memchr(bytes, '\n', size) : NULL;
	size_t len = end ? (size_t)(end - bytes) : 0, from = strlen(HEAD);
	char *translator;

	if (len < from || memcmp(bytes, HEAD, from) != 0 || !framing_is_utf8(bytes, len)) {
		err_set(e, "line 1: expected '" HEAD "TRANSLATOR'");
		return 0;
	}
	translator = mem_new(len - from + 1);
	memcpy(translator, bytes + from, len - from);
	*out = bitext_new(translator);
	mem_free(translator);
	return len + 1;
}

struct bitext *
bitext_parse(const char *bytes, size_t size, struct err *e)
{
	struct text before = { 0 }, after = { 0 };
	struct bitext *p = NULL;
	size_t at, line = 2;
	const char *end;
	int status = 0;

	if (memchr(bytes, '\0', size)) {
		err_set(e, "NUL byte");
		return NULL;
	}
	at = read_head(bytes, size, &p, e);
	if (at == 0)
		return NULL;
	for (; status == 0 && at < size && (end = memchr(bytes + at, '\n', size - at)); line++) {
		size_t len = (size_t)(end - bytes) - at;

		status = read_line(p, bytes + at, len, &before, &after, e);
		at += len + 1;
	}
	text_release(&before);
	text_release(&after);
	if (status < 0) {
		err_wrap(e, "line %zu", line - 1);
		bitext_free(p);
		return NULL;
	}
	p->torn = at < size;
	p->hash = hash_of(bytes, size);
	return p;
}

struct bitext *
bitext_read(const char *path, struct err *e)
{
	struct bitext *p;
	size_t size;
	char *bytes;

	if (io_read(path, SIZE_LIMIT, &bytes, &size, e) < 0)
		return NULL;
	p = bitext_parse(bytes, size, e);
	mem_free(bytes);
	if (!p)
		err_wrap(e, "%s", path);
	return p;
}
