/* tokenizer_encode.c: from a text to ids: added tokens, normalization, words, tokens. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/tokenizer_kinds.h"

#include "retort/base/sig.h"

#define SLICE ((size_t)1 << 22) /* bytes of a text that are normalized at a time */

/*
 * Length of the next slice that can be encoded on its own: up to a blank after an ASCII letter or
 * digit, where a word begins and no normal form composes.
 */
static size_t
slice_length(const struct tokenizer *t, const char *text, size_t size)
{
	for (size_t at = SLICE; at < size && !t->crosses; at++)
		if (text[at] == ' ' && ((text[at - 1] >= 'a' && text[at - 1] <= 'z') ||
					(text[at - 1] >= 'A' && text[at - 1] <= 'Z') ||
					(text[at - 1] >= '0' && text[at - 1] <= '9')))
			return at;
	return size;
}

/* Buffers of one call. */
struct work {
	const struct tokenizer *t;
	struct text normal, blank;
	struct splitter_words words[2];
	struct tokenizer_ids *out;
};

/* Encode a normalized text without added tokens. */
static int
encode_plain(struct work *w, const char *text, size_t size, bool at_start, struct err *e)
{
	const struct tokenizer *t = w->t;
	int at, status = 0;

	if (!t->splitter && t->blank && text[0] != ' ') {
		text_clear(&w->blank);
		text_add(&w->blank, " ");
		text_bytes(&w->blank, text, size);
		text = w->blank.s;
		size++;
	}
	if (!t->splitter)
		return tokenizer_functions(t->kind)->encode(t, text, size, w->out, e);
	splitter_words_clear(&w->words[0]);
	splitter_words_add(&w->words[0], text, size);
	w->words[0].at_start = at_start;
	at = splitter_cut(t->splitter, w->words, e);
	if (at < 0)
		return -1;
	for (size_t i = 0, from = 0; i < w->words[at].n && status == 0; i++) {
		size_t to = w->words[at].end[i];

		if (sig_check(e) < 0)
			return -1;
		status = tokenizer_functions(t->kind)->word(t, w->words[at].text.s + from,
							    to - from, w->out, e);
		from = to;
	}
	return status;
}

/* Normalize and encode a part of a text, slice by slice. */
static int
encode_part(struct work *w, const char *text, size_t size, bool at_start, struct err *e)
{
	const struct tokenizer *t = w->t;
	struct added_part part;
	bool start;
	int status = 0;

	for (size_t at = 0, n; at < size && status == 0; at += n) {
		n = slice_length(t, text + at, size - at);
		text_clear(&w->normal);
		start = at_start && at == 0;
		status = normalizer_put(t->normalizer, text + at, n, &w->normal, &start, e);
		for (size_t k = 0;
		     status == 0 && added_next(&t->added, true, t->cuts_special,
					       text_get(&w->normal), w->normal.len, &k, &part);)
			if (part.id >= 0)
				tokenizer_add_id(w->out, part.id);
			else
				status = encode_plain(w, w->normal.s + part.from,
						      part.to - part.from, start && part.from == 0,
						      e);
	}
	return status;
}

static int
encode_parts(const struct tokenizer *t, const char *text, size_t size, struct tokenizer_ids *out,
	     struct err *e)
{
	struct work w = { .t = t, .out = out };
	struct added_part part;
	int status = 0;

	for (size_t at = 0;
	     status == 0 && added_next(&t->added, false, t->cuts_special, text, size, &at, &part);)
		if (part.id >= 0)
			tokenizer_add_id(out, part.id);
		else
			status = encode_part(&w, text + part.from, part.to - part.from,
					     part.from == 0, e);
	text_release(&w.normal);
	text_release(&w.blank);
	splitter_words_release(&w.words[0]);
	splitter_words_release(&w.words[1]);
	return status;
}

int
tokenizer_encode(const struct tokenizer *t, const char *text, size_t size,
		 struct tokenizer_ids *out, struct err *e)
{
	bool any_bytes = t->bytes || !tokenizer_functions(t->kind)->finish;
	size_t mark = any_bytes ? 0 : tokenizer_char_mark(text, size), before = out->n;
	int status;

	if (!tokenizer_functions(t->kind)->finish)
		return tokenizer_functions(t->kind)->encode(t, text, size, out, e);
	if (!any_bytes && tokenizer_char_check(text, size, e) < 0)
		return -1;
	status = encode_parts(t, text + mark, size - mark, out, e);
	if (status < 0)
		out->n = before;
	return status;
}
