/* pretoken.c: words of a text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/pretoken.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/sig.h"
#include "retort/base/text.h"
#include "retort/base/unicode.h"
#include "retort/data/text/char_class.h"

struct pretoken {
	enum pretoken_kind kind;
	bool matches_alone, cuts_at_blanks;
	struct pattern *pattern; /* PATTERN */
};

/* openai/gpt-2 src/encoder.py; tokenizer.json of Qwen 2 and 3; that of Llama 3. */
static const char *const published[] = {
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| "
	"?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| "
	"?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
};

struct pretoken *
pretoken_new(enum pretoken_kind kind, const char *pattern, bool matches_alone, struct err *e)
{
	struct pretoken *p = mem_new(sizeof *p);

	*p = (struct pretoken){ .kind = kind, .matches_alone = matches_alone };
	if (kind != PRETOKEN_PATTERN) {
		p->cuts_at_blanks = true;
		return p;
	}
	pattern = pattern ? pattern : published[0];
	for (size_t i = 0; i < sizeof published / sizeof *published; i++)
		p->cuts_at_blanks |= strcmp(pattern, published[i]) == 0;
	p->pattern = pattern_new(pattern, e);
	if (p->pattern)
		return p;
	pretoken_free(p);
	return NULL;
}

void
pretoken_free(struct pretoken *p)
{
	if (!p)
		return;
	pattern_free(p->pattern);
	mem_free(p);
}

bool
pretoken_matches_empty(const struct pretoken *p)
{
	return p->pattern && pattern_matches_empty(p->pattern);
}

bool
pretoken_cuts_at_blanks(const struct pretoken *p)
{
	return p->cuts_at_blanks;
}

/* ---------------------------------------------------------------- BERT and unigrams */

static size_t
skip_spaces(const char *text, size_t size, size_t at)
{
	uint32_t cp;

	while (at < size) {
		size_t n = text_utf8(text + at, size - at, &cp);

		if (unicode_kind(cp) != UNICODE_SPACE)
			break;
		at += n;
	}
	return at;
}

static size_t
bert_end(const char *text, size_t size, size_t at)
{
	uint32_t cp;
	size_t from = at;

	while (at < size) {
		size_t n = text_utf8(text + at, size - at, &cp);

		if (char_class_has(CHAR_CLASS_PUNCTUATION, cp))
			return at > from ? at : at + n;
		if (unicode_kind(cp) == UNICODE_SPACE)
			break;
		at += n;
	}
	return at;
}

static size_t
blank_end(const char *text, size_t size, size_t at)
{
	const char *next = memmem(text + at + 1, size - at - 1, "\xE2\x96\x81", 3), *feed;
	size_t end = next ? (size_t)(next - text) : size;

	if (text[at] == '\n') {
		while (at < size && text[at] == '\n')
			at++;
		return at;
	}
	feed = memchr(text + at, '\n', end - at);
	return feed ? (size_t)(feed - text) : end;
}

/* ---------------------------------------------------------------- patterns */

void
pretoken_begin(struct pretoken_run *r, const struct pretoken *p, const char *text, size_t size)
{
	*r = (struct pretoken_run){ .p = p, .text = text, .size = size };
	if (p->kind == PRETOKEN_PATTERN)
		pattern_begin(&r->matches, p->pattern, text, size);
}

void
pretoken_end(struct pretoken_run *r)
{
	if (r->p->kind == PRETOKEN_PATTERN)
		pattern_end(&r->matches);
}

/* Search the next match that is not empty; at the end of the text where there is none. */
static int
find_match(struct pretoken_run *r, struct err *e)
{
	int n;

	do
		n = pattern_next(&r->matches, &r->match_start, &r->match_end, e);
	while (n > 0 && r->match_end == r->match_start);
	if (n == 0)
		r->match_start = r->match_end = r->size;
	return n < 0 ? -1 : 0;
}

/* The next match, or what lies before it. */
static int
next_of_pattern(struct pretoken_run *r, size_t *end, struct err *e)
{
	if (r->match_end <= r->at && find_match(r, e) < 0)
		return -1;
	if (r->p->matches_alone)
		r->at = r->match_start;
	*end = r->at < r->match_start ? r->match_start : r->match_end;
	return 0;
}

int
pretoken_next(struct pretoken_run *r, size_t *start, size_t *len, struct err *e)
{
	size_t end = r->size;

	if (sig_check(e) < 0)
		return -1;
	if (r->p->kind == PRETOKEN_BERT)
		r->at = skip_spaces(r->text, r->size, r->at);
	if (r->at >= r->size)
		return 0;
	if (r->p->kind == PRETOKEN_BERT)
		end = bert_end(r->text, r->size, r->at);
	else if (r->p->kind == PRETOKEN_BLANK)
		end = blank_end(r->text, r->size, r->at);
	else if (next_of_pattern(r, &end, e) < 0)
		return -1;
	*start = r->at;
	*len = end - r->at;
	r->at = end;
	return *len > 0;
}
