/* lex.c: split a line of the session language into words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/lex.h"

#include <stddef.h>
#include <string.h>

#include "retort/base/text.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Parse a stamp, "@620" or "@big:12". */
static int
parse_stamp(const char *word, struct lex *out, struct err *e)
{
	const char *colon = strchr(word, ':'), *number = colon ? colon + 1 : word + 1;
	size_t len = colon ? (size_t)(colon - word - 1) : 0;
	int64_t at;

	if (len >= sizeof out->owner || (colon && len == 0) || text_to_int(number, &at) < 0 ||
	    at < 0 || *number == '+')
		return err_set(e, "'%.60s' is no stamp; a stamp is @STEP or @NAME:STEP", word);
	memcpy(out->owner, word + 1, len);
	out->owner[len] = '\0';
	out->at = (uint64_t)at;
	out->stamped = true;
	return 0;
}

/* Value of a hexadecimal digit, or -1. */
static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return !at ? -1 : at - digits < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

/* Characters after a backslash in $'...', and the bytes they stand for. */
static const char escape_names[] = "\\'nrt", escape_bytes[] = "\\'\n\r\t";

/* Copy what the escape at *p, a backslash, stands for. */
static int
take_escape(const char **p, char **w, struct err *e)
{
	const char *name = (*p)[1] ? strchr(escape_names, (*p)[1]) : NULL;
	int high = (*p)[1] == 'x' ? hex_digit((*p)[2]) : -1,
	    low = high >= 0 ? hex_digit((*p)[3]) : -1;

	if (!name && (low < 0 || (high == 0 && low == 0)))
		return err_set(e,
			       "invalid escape '%.2s' in $'...' (expected \\\\, \\', \\n, \\r, "
			       "\\t, or \\x and two hexadecimal digits, not 00)",
			       *p);
	*(*w)++ = name ? escape_bytes[name - escape_names] : (char)(16 * high + low);
	*p += name ? 2 : 4;
	return 0;
}

/* Copy the text of $'...' at *p, with its escapes replaced. */
static int
take_escaped(const char *line, const char **p, char **w, int *column, struct err *e)
{
	*column = (int)(*p - line) + 1;
	for (*p += 2; **p != '\'';) {
		if (!**p)
			return err_set(e, "a quote that is never closed");
		if (**p != '\\') {
			*(*w)++ = *(*p)++;
			continue;
		}
		*column = (int)(*p - line) + 1;
		if (take_escape(p, w, e) < 0)
			return -1;
	}
	(*p)++;
	return 0;
}

/* Copy one word from *p to *w without its quotes. */
static int
take_word(const char *line, const char **p, char **w, int *column, struct err *e)
{
	if (**p == '$' && (*p)[1] == '\'' && take_escaped(line, p, w, column, e) < 0)
		return -1;
	while (**p && !is_blank(**p)) {
		char quote = **p;

		if (quote != '\'' && quote != '"') {
			*(*w)++ = *(*p)++;
			continue;
		}
		*column = (int)(*p - line) + 1;
		for ((*p)++; **p != quote; (*p)++) {
			if (quote == '"' && **p == '\\' && ((*p)[1] == '"' || (*p)[1] == '\\'))
				(*p)++;
			if (!**p)
				return err_set(e, "a quote that is never closed");
			*(*w)++ = **p;
		}
		(*p)++;
	}
	*(*w)++ = '\0';
	return 0;
}

/* Take `n` words from the front of the line; the command begins with the next. */
static void
drop_words(struct lex *l, int n)
{
	l->n -= n;
	memmove(l->word, l->word + n, (size_t)l->n * sizeof *l->word);
	memmove(l->column, l->column + n, (size_t)l->n * sizeof *l->column);
	if (l->n)
		l->command = l->column[0] - 1;
}

/* Take "run 2:" or "all:" from the front of the words. */
static int
take_run(struct lex *l, int *column, struct err *e)
{
	size_t len = l->n > 1 ? strlen(l->word[1]) : 0;
	bool all = l->n > 0 && strcmp(l->word[0], "all:") == 0;

	if (!all && (len < 2 || strcmp(l->word[0], "run") != 0 || l->word[1][len - 1] != ':'))
		return 0;
	*column = l->column[all ? 0 : 1];
	if (!all && len > sizeof l->target)
		return err_set(e, "'%.60s' is no run (expected its number or name)", l->word[1]);
	if (!all)
		memcpy(l->target, l->word[1], len - 1);
	l->all = all;
	drop_words(l, all ? 1 : 2);
	return l->n ? 0 : err_set(e, "missing command after the run");
}

int
lex_line(const char *line, struct lex *out, int *column, struct err *e)
{
	const char *p = line;
	char *w = out->text;

	memset(out, 0, offsetof(struct lex, text));
	*column = 1;
	if (strlen(line) >= LEX_LINE)
		return err_set(e, "the line is longer than %d bytes", LEX_LINE - 1);
	for (;;) {
		char *word = w;
		bool plain;

		while (is_blank(*p))
			p++;
		if (!*p || *p == '#')
			return take_run(out, column, e);
		*column = (int)(p - line) + 1;
		if (out->n == LEX_WORDS)
			return err_set(e, "more than %d words", LEX_WORDS);
		if (out->n == 0)
			out->command = (int)(p - line);
		out->column[out->n] = *column;
		plain = *p == '@';
		if (take_word(line, &p, &w, column, e) < 0)
			return -1;
		if (plain && out->n == 0 && !out->stamped) {
			if (parse_stamp(word, out, e) < 0)
				return -1;
			continue;
		}
		out->word[out->n++] = word;
	}
}

/* True if the word has bytes that only $'...' can write: control characters, which end a line or
 * change a terminal, and what is not UTF-8. */
static bool
needs_escapes(const char *word)
{
	size_t len = strlen(word);
	uint32_t cp;

	for (size_t i = 0, n; i < len; i += n) {
		n = text_utf8(word + i, len - i, &cp);
		if (cp < ' ' || (cp >= 0x7f && cp < 0xa0) || (cp == 0xfffd && n == 1))
			return true;
	}
	return false;
}

static void
add_escaped(struct text *t, const char *word)
{
	text_add(t, "$'");
	for (; *word; word++) {
		const char *at = strchr(escape_bytes, *word);

		if (at)
			text_addf(t, "\\%c", escape_names[at - escape_bytes]);
		else if ((unsigned char)*word < ' ' || (unsigned char)*word >= 0x7f)
			text_addf(t, "\\x%02x", (unsigned char)*word);
		else
			text_bytes(t, word, 1);
	}
	text_add(t, "'");
}

void
lex_quote(struct text *t, const char *word)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=.,:/";

	if (word[0] && !word[strspn(word, plain)]) {
		text_add(t, word);
		return;
	}
	if (needs_escapes(word)) {
		add_escaped(t, word);
		return;
	}
	if (!strchr(word, '\'')) {
		text_addf(t, "'%s'", word);
		return;
	}
	text_add(t, "\"");
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			text_add(t, "\\");
		text_bytes(t, word, 1);
	}
	text_add(t, "\"");
}
