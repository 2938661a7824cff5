/* pretoken.c: words of a text; regular expressions through PCRE2. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/pretoken.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/base/unicode.h"

/* Limits of one match, against patterns with catastrophic backtracking. */
#define PATTERN_MAX 4096     /* bytes of a pattern */
#define STEPS_MAX 10000000   /* internal steps */
#define DEPTH_MAX 1000000    /* nested backtracking points; not with JIT */
#define HEAP_MAX (64 * 1024) /* KiB of backtracking points; not with JIT */

struct pretoken {
	enum pretoken_kind kind;
	bool matches_alone, cuts_at_blanks;
	pcre2_code *code; /* PATTERN */
	pcre2_match_context *limits;
};

/* openai/gpt-2 src/encoder.py; tokenizer.json of Qwen 2 and 3; that of Llama 3. */
static const char *const published[] = {
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| "
	"?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| "
	"?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
};

/* PCRE2's \s has U+180E, which lost the property White_Space in Unicode 6.3. */
static void
put_pattern(const char *pattern, struct text *out)
{
	for (const char *p = pattern; *p; p++) {
		if (*p != '\\' || !p[1]) {
			text_bytes(out, p, 1);
			continue;
		}
		p++;
		if (*p == 's' || *p == 'S')
			text_add(out, *p == 's' ? "\\p{White_Space}" : "\\P{White_Space}");
		else
			text_addf(out, "\\%c", *p);
	}
}

static int
compile_pattern(struct pretoken *p, const char *pattern, struct err *e)
{
	pcre2_compile_context *c = pcre2_compile_context_create(NULL);
	struct text own = { 0 };
	PCRE2_UCHAR message[160];
	PCRE2_SIZE at = 0;
	int error = PCRE2_ERROR_NOMEMORY;

	put_pattern(pattern, &own);
	p->limits = pcre2_match_context_create(NULL);
	if (c && p->limits) {
		pcre2_set_max_pattern_length(c, PATTERN_MAX);
		pcre2_set_newline(c, PCRE2_NEWLINE_LF);
		pcre2_set_match_limit(p->limits, STEPS_MAX);
		pcre2_set_depth_limit(p->limits, DEPTH_MAX);
		pcre2_set_heap_limit(p->limits, HEAP_MAX);
		p->code = pcre2_compile((PCRE2_SPTR)text_get(&own), own.len,
					PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error,
					&at, c);
	}
	text_release(&own);
	pcre2_compile_context_free(c);
	if (p->code) {
		pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE); /* without it matching is slower */
		return 0;
	}
	pcre2_get_error_message(error, message, sizeof message);
	return err_set(e, "invalid pattern '%.120s': %s", pattern, (const char *)message);
}

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
	if (compile_pattern(p, pattern, e) == 0)
		return p;
	pretoken_free(p);
	return NULL;
}

void
pretoken_free(struct pretoken *p)
{
	if (!p)
		return;
	pcre2_code_free(p->code);
	pcre2_match_context_free(p->limits);
	mem_free(p);
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

		if (unicode_is_punctuation(cp))
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

/* A copy with each byte that is not UTF-8 as U+0001, a sign of one byte to any pattern; NULL: none
 * is there. */
static char *
copy_as_valid(const char *text, size_t size)
{
	char *copy = NULL;
	uint32_t cp;

	for (size_t at = 0, n; at < size; at += n) {
		n = (signed char)text[at] >= 0 ? 1 : unicode_decode(text + at, size - at, &cp);
		if (n)
			continue;
		if (!copy) {
			copy = mem_new(size);
			memcpy(copy, text, size);
		}
		copy[at] = 1;
		n = 1;
	}
	return copy;
}

void
pretoken_begin(struct pretoken_run *r, const struct pretoken *p, const char *text, size_t size)
{
	*r = (struct pretoken_run){ .p = p, .text = text, .size = size };
	if (p->kind != PRETOKEN_PATTERN)
		return;
	r->valid = copy_as_valid(text, size);
	r->match = pcre2_match_data_create(1, NULL);
}

void
pretoken_end(struct pretoken_run *r)
{
	pcre2_match_data_free(r->match);
	mem_free(r->valid);
}

/* Search the next match that is not empty from `from` on; at the end of the text where there is
 * none. */
static int
find_match(struct pretoken_run *r, size_t from, struct err *e)
{
	PCRE2_SPTR text = (PCRE2_SPTR)(r->valid ? r->valid : r->text);
	PCRE2_SIZE *found;
	uint32_t cp, how = PCRE2_NO_UTF_CHECK;

	if (!r->match)
		return err_set(e, "no memory to match a pattern");
	r->match_start = r->match_end = r->size;
	while (from < r->size) {
		int n = pcre2_match(r->p->code, text, r->size, from, how, r->match, r->p->limits);

		if (n == PCRE2_ERROR_JIT_STACKLIMIT && !(how & PCRE2_NO_JIT)) {
			how |= PCRE2_NO_JIT;
			continue;
		}
		if (n == PCRE2_ERROR_NOMATCH)
			return 0;
		if (n < 0) {
			PCRE2_UCHAR message[160];

			pcre2_get_error_message(n, message, sizeof message);
			return err_set(e,
				       "byte %zu: the pattern does not match in bounded time: %s",
				       from, (const char *)message);
		}
		found = pcre2_get_ovector_pointer(r->match);
		if (found[1] > found[0]) {
			r->match_start = found[0];
			r->match_end = found[1];
			return 0;
		}
		from = found[1] > from ? found[1] : from; /* no match, or an empty one */
		from += text_utf8((const char *)text + from, r->size - from, &cp) +
			(from == r->size);
	}
	return 0;
}

/* The next match, or what lies before it. */
static int
next_of_pattern(struct pretoken_run *r, size_t *end, struct err *e)
{
	if (r->match_end <= r->at && find_match(r, r->at, e) < 0)
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
