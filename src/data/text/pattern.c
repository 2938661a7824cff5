/* pattern.c: regular expressions through PCRE2. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/base/unicode.h"

/* Limits of one match, against patterns with catastrophic backtracking. */
#define PATTERN_MAX 65536    /* bytes of a pattern */
#define STEPS_MAX 10000000   /* internal steps */
#define DEPTH_MAX 1000000    /* nested backtracking points; not with JIT */
#define HEAP_MAX (64 * 1024) /* KiB of backtracking points; not with JIT */

struct pattern {
	pcre2_code *code;
	pcre2_match_context *limits;
	bool matches_empty;
};

/* ---------------------------------------------------------------- translation */

/* What Oniguruma calls a word character, as the inside of a class. */
#define WORD                                                                                       \
	"\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}\\x{B2}\\x{B3}\\x{B9}\\x{BC}-\\x{BE}\\x{24B6}-\\x{24E9}" \
	"\\x{1F130}-\\x{1F149}\\x{1F150}-\\x{1F169}\\x{1F170}-\\x{1F189}"

/* Put the escape \c. PCRE2's \s has U+180E, which lost the property White_Space in Unicode 6.3; its
 * \w and \d depend on its version. `depth`: nesting of classes. */
static int
put_escape(char c, int depth, struct text *out, struct err *e)
{
	static const struct {
		char c;
		const char *outside, *inside;
	} known[] = {
		{ 's', "\\p{White_Space}", "\\p{White_Space}" },
		{ 'S', "\\P{White_Space}", "\\P{White_Space}" },
		{ 'd', "\\p{Nd}", "\\p{Nd}" },
		{ 'D', "\\P{Nd}", "\\P{Nd}" },
		{ 'w', "[" WORD "]", WORD },
		{ 'W', "[^" WORD "]", NULL },
		{ 'h', "[0-9A-Fa-f]", "0-9A-Fa-f" },
		{ 'H', "[^0-9A-Fa-f]", NULL },
		{ 'b', "(?:(?<=[" WORD "])(?![" WORD "])|(?<![" WORD "])(?=[" WORD "]))", "\\b" },
		{ 'B', "(?:(?<=[" WORD "])(?=[" WORD "])|(?<![" WORD "])(?![" WORD "]))", NULL },
		{ 'K', NULL, NULL },
		{ 'G', NULL, NULL },
		{ 'u', NULL, NULL },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].c == c) {
			const char *s = depth ? known[i].inside : known[i].outside;

			if (!s)
				return err_set(e, "\\%c%s is not supported", c,
					       depth ? " inside [ ]" : "");
			text_add(out, s);
			return 0;
		}
	text_addf(out, "\\%c", c);
	return 0;
}

/* Put a bracket, and follow the nesting of classes: a class inside another adds its characters.
 * Returns the bytes that were read, 0 for any other character, -1 with an error. */
static int
put_bracket(const char *p, int *depth, struct text *out, struct err *e)
{
	const char *close;

	if (*p == '[' && *depth && p[1] == ':' && (close = strstr(p, ":]"))) {
		text_bytes(out, p, (size_t)(close + 2 - p));
		return (int)(close + 2 - p);
	}
	if (*p == '[' && *depth && p[1] == '^')
		return err_set(e, "[^ inside [ ] is not supported");
	if (*p == '[') {
		int read = 1 + (p[1] == '^') + (p[1] == ']' || (p[1] == '^' && p[2] == ']'));

		if (*depth == 0)
			text_bytes(out, p, (size_t)read);
		(*depth)++;
		return *depth == 1 ? read : 1;
	}
	if (*p == ']' && *depth) {
		if (--*depth == 0)
			text_add(out, "]");
		return 1;
	}
	if (*depth && p[0] == '&' && p[1] == '&')
		return err_set(e, "&& inside [ ] is not supported");
	return 0;
}

/* Options of a group in Oniguruma's Ruby syntax: m lets a period match line ends, as s does in
 * PCRE2. */
static int
check_options(const char *p, struct err *e)
{
	if (p[0] != '(' || p[1] != '?')
		return 0;
	for (p += 2; *p && strchr("imx-", *p); p++)
		if (*p == 'm')
			return err_set(e, "the option (?m) is not supported");
	return 0;
}

static int
put_pattern(const char *pattern, struct text *out, struct err *e)
{
	int depth = 0, read;

	for (const char *p = pattern; *p;) {
		if (*p == '\\' && p[1]) {
			if (put_escape(p[1], depth, out, e) < 0)
				return -1;
			p += 2;
			continue;
		}
		if (depth == 0 && check_options(p, e) < 0)
			return -1;
		read = put_bracket(p, &depth, out, e);
		if (read < 0)
			return -1;
		if (read == 0)
			text_bytes(out, p, 1);
		p += read ? read : 1;
	}
	return 0;
}

/* ---------------------------------------------------------------- compilation */

static int
compile(struct pattern *p, const struct text *own, const char *pattern, struct err *e)
{
	pcre2_compile_context *c = pcre2_compile_context_create(NULL);
	PCRE2_UCHAR message[160];
	PCRE2_SIZE at = 0;
	uint32_t empty = 0;
	int error = PCRE2_ERROR_NOMEMORY;

	p->limits = pcre2_match_context_create(NULL);
	if (c && p->limits) {
		pcre2_set_max_pattern_length(c, PATTERN_MAX);
		pcre2_set_newline(c, PCRE2_NEWLINE_LF);
		pcre2_set_match_limit(p->limits, STEPS_MAX);
		pcre2_set_depth_limit(p->limits, DEPTH_MAX);
		pcre2_set_heap_limit(p->limits, HEAP_MAX);
		p->code = pcre2_compile((PCRE2_SPTR)text_get(own), own->len,
					PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE |
						PCRE2_NEVER_BACKSLASH_C,
					&error, &at, c);
	}
	pcre2_compile_context_free(c);
	if (!p->code) {
		pcre2_get_error_message(error, message, sizeof message);
		return err_set(e, "invalid pattern '%.120s': %s", pattern, (const char *)message);
	}
	pcre2_pattern_info(p->code, PCRE2_INFO_MATCHEMPTY, &empty);
	p->matches_empty = empty;
	pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE); /* without it matching is slower */
	return 0;
}

struct pattern *
pattern_new(const char *expression, struct err *e)
{
	struct pattern *p = mem_new(sizeof *p);
	struct text own = { 0 };
	int status = put_pattern(expression, &own, e);

	if (status < 0)
		err_wrap(e, "pattern '%.120s'", expression);
	else
		status = compile(p, &own, expression, e);
	text_release(&own);
	if (status == 0)
		return p;
	pattern_free(p);
	return NULL;
}

void
pattern_free(struct pattern *p)
{
	if (!p)
		return;
	pcre2_code_free(p->code);
	pcre2_match_context_free(p->limits);
	mem_free(p);
}

bool
pattern_matches_empty(const struct pattern *p)
{
	return p->matches_empty;
}

/* ---------------------------------------------------------------- matches */

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
pattern_begin(struct pattern_run *r, const struct pattern *p, const char *text, size_t size)
{
	*r = (struct pattern_run){ .p = p, .text = text, .size = size, .last = SIZE_MAX };
	r->valid = copy_as_valid(text, size);
	r->match = pcre2_match_data_create(1, NULL);
}

void
pattern_end(struct pattern_run *r)
{
	pcre2_match_data_free(r->match);
	mem_free(r->valid);
}

/* Search from r->from on. Returns 1, 0 without a match, or -1. */
static int
search(const struct pattern_run *r, const char *text, size_t *start, size_t *end, struct err *e)
{
	const PCRE2_SIZE *found = pcre2_get_ovector_pointer(r->match);
	uint32_t how = PCRE2_NO_UTF_CHECK;
	PCRE2_UCHAR message[160];
	int n;

	do {
		n = pcre2_match(r->p->code, (PCRE2_SPTR)text, r->size, r->from, how, r->match,
				r->p->limits);
		if (n != PCRE2_ERROR_JIT_STACKLIMIT || how & PCRE2_NO_JIT)
			break;
		how |= PCRE2_NO_JIT;
	} while (true);
	if (n == PCRE2_ERROR_NOMATCH)
		return 0;
	if (n < 0) {
		pcre2_get_error_message(n, message, sizeof message);
		return err_set(e, "byte %zu: the pattern does not match in bounded time: %s",
			       r->from, (const char *)message);
	}
	*start = found[0];
	*end = found[1] > found[0] ? found[1] : found[0];
	return 1;
}

int
pattern_next(struct pattern_run *r, size_t *start, size_t *end, struct err *e)
{
	const char *text = r->valid ? r->valid : r->text;
	uint32_t cp;

	if (!r->match)
		return err_set(e, "no memory to match a pattern");
	while (r->from <= r->size) {
		int n = search(r, text, start, end, e);

		if (n <= 0)
			return n;
		if (*end > *start || *end != r->last) {
			r->from = r->last = *end;
			return 1;
		}
		r->from = *end;
		r->from +=
			r->from < r->size ? text_utf8(text + r->from, r->size - r->from, &cp) : 1;
	}
	return 0;
}
