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

/* Copy one word from *p to *w without its quotes. */
static int
take_word(const char *line, const char **p, char **w, int *column, struct err *e)
{
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
			return 0;
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
