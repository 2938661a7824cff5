/* pretoken.c: the patterns that tokenizers cut text with, as machines over Unicode's categories. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/pretoken.h"

#include <stdint.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/base/unicode.h"

/* Published with each: openai/gpt-2 src/encoder.py; tokenizer.json of Qwen 2 and 3; that of
 * Llama 3. */
static const char *const pattern[PRETOKEN_RULES] = {
	[PRETOKEN_GPT2] = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| "
			  "?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
	[PRETOKEN_DIGIT] = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| "
			   "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
	[PRETOKEN_DIGITS] =
		"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| "
		"?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
};

const char *
pretoken_pattern(enum pretoken_rule rule)
{
	return pattern[rule];
}

#define END UNICODE_OTHER + 1

/* Kind of the character at `at` and its bytes; END behind the text. */
static int
kind_at(const char *text, size_t size, size_t at, size_t *n)
{
	uint32_t cp;

	*n = 0;
	if (at >= size)
		return END;
	*n = text_utf8(text + at, size - at, &cp);
	return (int)unicode_kind(cp);
}

/* Where the run of that kind which begins at `at` ends, after `most` characters at the latest. */
static size_t
run_end(const char *text, size_t size, size_t at, int kind, size_t most)
{
	size_t n;

	while (most-- && kind_at(text, size, at, &n) == kind)
		at += n;
	return at;
}

/* Bytes of 's, 't, 're, 've, 'm, 'll, 'd at `at`; 0 when none is there. */
static size_t
contraction(const char *text, size_t size, size_t at, bool any_case)
{
	static const char *const ends[] = { "s", "t", "re", "ve", "m", "ll", "d" };

	if (text[at] != '\'')
		return 0;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t n = strlen(ends[i]), same = 0;

		while (same < n && at + 1 + same < size) {
			char c = text[at + 1 + same];

			if (any_case && c >= 'A' && c <= 'Z')
				c = (char)(c - 'A' + 'a');
			if (c != ends[i][same])
				break;
			same++;
		}
		if (same == n)
			return 1 + n;
	}
	return 0;
}

/* \s+(?!\S)|\s+ : a run of white space leaves its last character to the word behind it, if it has
 * more than one. */
static size_t
space_end(const char *text, size_t size, size_t at)
{
	size_t end = at, last = at, n;

	while (kind_at(text, size, end, &n) == UNICODE_SPACE) {
		last = end;
		end += n;
	}
	return end == size || last == at ? end : last;
}

static size_t
gpt2_end(const char *text, size_t size, size_t at)
{
	size_t n = contraction(text, size, at, false), from = at + (text[at] == ' ');
	int kind;

	if (n)
		return at + n;
	kind = kind_at(text, size, from, &n);
	if (kind == END || kind == UNICODE_SPACE)
		return space_end(text, size, at);
	return run_end(text, size, from, kind, SIZE_MAX);
}

static bool
is_line_end(char c)
{
	return c == '\r' || c == '\n';
}

/* \s*[\r\n]+|\s+(?!\S)|\s+ */
static size_t
lines_end(const char *text, size_t size, size_t at)
{
	size_t end = at, last = 0, n;

	while (kind_at(text, size, end, &n) == UNICODE_SPACE) {
		end += n;
		if (is_line_end(text[end - 1]))
			last = end;
	}
	return last ? last : space_end(text, size, at);
}

static size_t
digits_end(const char *text, size_t size, size_t at, size_t digits)
{
	size_t n = contraction(text, size, at, true), first, from;
	int kind;

	if (n)
		return at + n;
	kind = kind_at(text, size, at, &first);
	if (kind == UNICODE_LETTER)
		return run_end(text, size, at, kind, SIZE_MAX);
	if (kind == UNICODE_NUMBER)
		return run_end(text, size, at, kind, digits);
	if (!is_line_end(text[at]) && kind_at(text, size, at + first, &n) == UNICODE_LETTER)
		return run_end(text, size, at + first, UNICODE_LETTER, SIZE_MAX);
	from = at + (text[at] == ' ');
	if (kind_at(text, size, from, &n) != UNICODE_OTHER)
		return lines_end(text, size, at);
	from = run_end(text, size, from, UNICODE_OTHER, SIZE_MAX);
	while (from < size && is_line_end(text[from]))
		from++;
	return from;
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

bool
pretoken_next(enum pretoken_rule rule, const char *text, size_t size, size_t *at, size_t *start,
	      size_t *len)
{
	size_t end;

	if (rule == PRETOKEN_BERT)
		*at = run_end(text, size, *at, UNICODE_SPACE, SIZE_MAX);
	if (*at >= size)
		return false;
	switch (rule) {
	case PRETOKEN_DIGIT:
		end = digits_end(text, size, *at, 1);
		break;
	case PRETOKEN_DIGITS:
		end = digits_end(text, size, *at, 3);
		break;
	case PRETOKEN_BERT:
		end = bert_end(text, size, *at);
		break;
	case PRETOKEN_BLANK:
		end = blank_end(text, size, *at);
		break;
	default:
		end = gpt2_end(text, size, *at);
	}
	*start = *at;
	*len = end - *at;
	*at = end;
	return true;
}
