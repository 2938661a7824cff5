/* sample.c: the first lines of a table, cut into cells. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/sample.h"

#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_blank_line(const char *p, size_t len)
{
	while (len > 0 && is_blank(*p)) {
		p++;
		len--;
	}
	return len == 0;
}

/* Length of the line at p up to `end`, without its end; *next is behind that. */
static size_t
line_length(const char *p, const char *end, const char **next)
{
	const char *q = p;

	while (q < end && *q != '\n' && *q != '\r')
		q++;
	*next = q == end ? end : *q == '\r' && q + 1 < end && q[1] == '\n' ? q + 2 : q + 1;
	return (size_t)(q - p);
}

/* Whether a line that begins within quotes, or not, ends within them. They open at the beginning
 * of a cell: after one of `delimiters` or a blank. */
static bool
ends_quoted(const char *p, size_t len, const char *delimiters, bool quoted)
{
	bool start = true;

	for (size_t i = 0; i < len; i++) {
		if (p[i] == '"' && (quoted || start))
			quoted = !quoted;
		start = !quoted && (strchr(delimiters, p[i]) != NULL || (start && p[i] == ' '));
	}
	return quoted;
}

/* Collect lines that are not blank and no comment; the last only if the file ends with it. */
void
sample_collect(struct sample *s, const char *p, size_t size, bool whole, const struct dialect *d)
{
	const char *end = p + size, *next, *first;
	bool quoted = false;
	const char delimiters[] = { d->delimiter ? d->delimiter : ',', ';', '\t', '|', '\0' };

	for (size_t i = 0; i < d->skip && p < end; i++, p = next)
		line_length(p, end, &next);
	for (first = p; p < end && s->n < SAMPLE_LINES; p = next) {
		size_t len = line_length(p, end, &next);

		if (next == end && !whole)
			break;
		quoted = s->quotes && ends_quoted(p, len, delimiters, quoted);
		if (quoted && next < end)
			continue;
		len = (size_t)(p + len - first);
		if (!is_blank_line(first, len) && !(d->comment && *first == d->comment)) {
			s->line[s->n] = first;
			s->len[s->n++] = len;
		}
		first = next;
	}
}

/* The cell that begins at *p, without its quotes and at most SAMPLE_CELL bytes of it; *p moves
 * behind its delimiter. False: the line has ended before it. */
bool
sample_next(const struct sample *s, const char **p, const char *end, char delimiter, char *cell)
{
	bool quoted = false, start = true;
	size_t n = 0;

	if (*p > end)
		return false;
	while (delimiter == ' ' && *p < end && is_blank(**p))
		++*p;
	if (delimiter == ' ' && *p == end)
		return false;
	for (; *p < end; ++*p) {
		bool is_delimiter = delimiter == ' ' ? is_blank(**p) : **p == delimiter;

		if (s->quotes && **p == '"' && (quoted || start)) {
			quoted = !quoted;
			start = false;
			continue;
		}
		if (is_delimiter && !quoted)
			break;
		start &= **p == ' ';
		if (n < SAMPLE_CELL - 1)
			cell[n++] = **p;
	}
	++*p;
	cell[n] = '\0';
	return true;
}

size_t
sample_count(const struct sample *s, size_t line, char delimiter)
{
	const char *p = s->line[line], *end = p + s->len[line];
	char cell[SAMPLE_CELL];
	size_t n = 0;

	while (sample_next(s, &p, end, delimiter, cell))
		n++;
	return n;
}

/* Cells in each line from `from` on, if they are as many in all of them and at least two; else 0.
 */
size_t
sample_common(const struct sample *s, size_t from, char delimiter)
{
	size_t n = from < s->n ? sample_count(s, from, delimiter) : 0;

	for (size_t i = from; i < s->n; i++)
		if (sample_count(s, i, delimiter) != n)
			return 0;
	return n >= 2 ? n : 0;
}
