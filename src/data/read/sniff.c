/* sniff.c: delimiter, decimal comma, quotes and comments of a table from its first lines. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/sniff.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/number.h"
#include "retort/data/read/sample.h"

static const char candidates[] = ",;\t|";

/* What the cells of lines show when they are cut by a delimiter. */
struct shapes {
	size_t comma;   /* numbers with one comma, which is no separator of thousands: 0,5 */
	size_t either;  /* numbers with commas that may be: 1,500 */
	size_t point;   /* numbers with a point */
	size_t both[2]; /* 1.500,25; 1,500.25 */
	size_t others;  /* other cells with a comma */
	char first[24]; /* of `either` */
};

static void
add_shape(struct shapes *a, const char *s)
{
	size_t sign = *s == '-' || *s == '+', len = strlen(s), commas = 0, points = 0;
	const char *comma = strrchr(s, ','), *point = strrchr(s, '.');

	for (const char *p = s; *p; p++) {
		commas += *p == ',';
		points += *p == '.';
	}
	if (sign == len || strspn(s + sign, "0123456789.,") != len - sign) {
		a->others += commas > 0;
		return;
	}
	if (commas && points)
		a->both[comma < point] += commas == 1 || points == 1;
	else if (commas == 1 && (comma - s - (long)sign > 3 || strlen(comma) != 4 ||
				 comma == s + sign || s[sign] == '0'))
		a->comma++;
	else if (commas && a->either++ == 0)
		snprintf(a->first, sizeof a->first, "%.23s", s);
	else if (!commas)
		a->point += points == 1;
}

static struct shapes
find_shapes(const struct sample *s, char delimiter)
{
	struct shapes a = { 0 };
	char cell[SAMPLE_CELL];

	for (size_t i = 0; i < s->n; i++) {
		const char *p = s->line[i], *end = p + s->len[i];

		while (sample_next(s, &p, end, delimiter, cell))
			add_shape(&a, cell + strspn(cell, " "));
	}
	return a;
}

/* Whether lines cut by `delimiter` have commas in numbers only. */
static bool
is_decimal_comma(const struct sample *s, char delimiter)
{
	struct shapes a = find_shapes(s, delimiter);

	return a.comma + a.both[0] > 0 && a.others == 0 && a.point == 0 && a.both[1] == 0;
}

/* Whether a column is numbers in all lines but the first. */
static bool
has_numbers(const struct sample *s, char delimiter, size_t columns)
{
	bool *other = mem_array(columns, sizeof *other), any = false;
	char cell[SAMPLE_CELL];
	double x;

	for (size_t i = s->n > 1; i < s->n; i++) {
		const char *p = s->line[i], *end = p + s->len[i];

		for (size_t c = 0; c < columns && sample_next(s, &p, end, delimiter, cell); c++)
			other[c] |= number_read(NULL, cell, &x) != NUMBER_PLAIN;
	}
	for (size_t c = 0; c < columns; c++)
		any |= !other[c];
	mem_free(other);
	return any;
}

static const char *
delimiter_name(char c)
{
	return c == ',' ? "commas" : c == ';' ? "semicolons" : c == '\t' ? "tabs" : "bars";
}

static int
ask_delimiter(const struct sample *s, size_t from, const char *found, struct err *e)
{
	struct text what = { 0 }, options = { 0 };

	for (const char *c = found; *c; c++) {
		size_t each = sample_common(s, from, *c) - 1;
		int plural = (int)strlen(delimiter_name(*c));

		text_addf(&what, "%s%zu %.*s", c == found ? "" : " and ", each,
			  each == 1 ? plural - 1 : plural, delimiter_name(*c));
		text_addf(&options, "%sdelimiter ", c == found ? "" : "|");
		if (*c == '\t' || *c == '|')
			text_add(&options, *c == '\t' ? "tab" : "bar");
		else
			text_bytes(&options, c, 1);
	}
	err_ask(e, text_get(&options), "every line has %s: which stand between cells?",
		text_get(&what));
	text_release(&what);
	text_release(&options);
	return rules_error(e, RULES_DELIMITER);
}

/* Blanks between cells: in no line one of the others, and a column of numbers. */
static bool
is_blanks(const struct sample *s, size_t from, bool text)
{
	size_t n = text ? 0 : sample_common(s, from, ' ');

	for (size_t i = from; n && i < s->n; i++)
		for (const char *c = ",;|"; *c; c++)
			if (memchr(s->line[i], *c, s->len[i]))
				return false;
	return n && has_numbers(s, ' ', n);
}

/* Set the delimiter from the lines from `from` on. */
static int
find_delimiter(const struct source *s, const struct sample *a, size_t from, char *out,
	       struct err *e)
{
	char found[sizeof candidates];
	size_t n = 0;

	*out = ',';
	for (const char *c = candidates; *c; c++)
		if (sample_common(a, from, *c))
			found[n++] = *c;
	found[n] = '\0';
	if (n == 1)
		*out = found[0];
	if (n == 0 && is_blanks(a, from, s->options->text != NULL))
		*out = ' ';
	if (n < 2)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (found[0] == ',' && found[i] != ',' && is_decimal_comma(a, found[i])) {
			*out = found[i];
			return 0;
		}
	return ask_delimiter(a, from, found, e);
}

/* Decimal comma and thousands, where the delimiter leaves commas to cells. */
static int
find_numbers(struct dialect *d, const struct sample *a, struct err *e)
{
	struct shapes s;

	if (d->delimiter == ',' || d->decimal || d->thousands)
		return 0;
	s = find_shapes(a, d->delimiter);
	if (s.both[1] && !s.both[0] && !s.comma) {
		d->thousands = ',';
	} else if ((s.comma || s.both[0]) && !s.both[1] && (!s.point || s.both[0])) {
		d->decimal = ',';
		d->thousands = s.both[0] ? '.' : '\0';
	} else if (s.either && !s.comma && !s.point) {
		err_ask(e, "decimal comma|thousands ,",
			"numbers such as %s: is the comma before decimals or between thousands?",
			s.first);
		return rules_error(e, RULES_COMMA);
	}
	return 0;
}

/* Cells of tab-separated lines: quoted whole, and with quotes elsewhere. */
static void
count_quotes(const struct sample *a, size_t *whole, size_t *bare)
{
	for (size_t i = 0; i < a->n; i++) {
		const char *p = a->line[i], *end = p + a->len[i];

		while (p < end) {
			const char *tab = memchr(p, '\t', (size_t)(end - p)), *to = tab ? tab : end;
			size_t inside = 0;
			bool around = to - p >= 2 && *p == '"' && to[-1] == '"';

			for (const char *q = p + around; q < to - around; q++)
				inside += *q == '"';
			*whole += around && inside % 2 == 0;
			*bare += around ? inside % 2 : inside > 0;
			p = to + 1;
		}
	}
}

/* Quotes in tab-separated lines. */
static int
find_quotes(struct source *s, const char *bytes, size_t size, bool complete, struct err *e)
{
	struct sample lines = { .quotes = false };
	size_t whole = 0, bare = 0;

	if (s->dialect.delimiter != '\t' || s->dialect.quotes != DIALECT_QUOTES_AUTO)
		return 0;
	sample_collect(&lines, bytes, size, complete, &s->dialect);
	count_quotes(&lines, &whole, &bare);
	if (bare && whole) {
		err_ask(e, "quotes off|quotes on",
			"%zu cells are quoted whole, %zu have quotes inside: do quotes enclose "
			"cells?",
			whole, bare);
		return rules_error(e, RULES_QUOTES);
	}
	if (bare) {
		s->dialect.quotes = DIALECT_QUOTES_OFF;
		s->rules |= RULES_BIT(RULES_QUOTES);
		text_add(&s->notes, "quotes are ordinary characters, because no cell is quoted "
				    "whole (`quotes on` changes that)\n");
	}
	return 0;
}

/* Lines with # at the top. */
static size_t
leading_comments(const struct sample *a)
{
	size_t n = 0;

	while (n < a->n && a->line[n][0] == '#')
		n++;
	return n < a->n ? n : 0;
}

/* They are comments if one has another number of cells than the lines below. */
static void
find_comments(struct source *s, const struct sample *a, size_t leading)
{
	size_t cells = leading ? sample_count(a, leading, s->dialect.delimiter) : 0;

	for (size_t i = 0; i < leading && !s->dialect.comment; i++)
		if (sample_count(a, i, s->dialect.delimiter) != cells)
			s->dialect.comment = '#';
	if (s->dialect.comment && leading) {
		s->rules |= RULES_BIT(RULES_COMMENTS);
		text_add(&s->notes, "lines with # are comments\n");
	}
}

void
sniff_describe(const struct dialect *d, struct text *out)
{
	char c = d->delimiter;

	if (c == ',' || c == ';' || c == '\t' || c == '|' || c == ' ')
		text_addf(out, "%s between cells", c == ' ' ? "blanks" : delimiter_name(c));
	else
		text_addf(out, "'%c' between cells", c);
	if (d->decimal == ',')
		text_add(out, ", decimal comma");
	if (d->thousands)
		text_addf(out, ", '%c' between thousands", d->thousands);
	if (d->quotes == DIALECT_QUOTES_OFF)
		text_add(out, ", quotes off");
	if (d->comment)
		text_addf(out, ", comments with '%c'", d->comment);
	if (d->skip)
		text_addf(out, ", %zu line%s skipped", d->skip, d->skip == 1 ? "" : "s");
	if (d->encoding)
		text_addf(out, ", encoding %s", d->encoding);
}

bool
sniff_is_given(const struct dialect *d)
{
	return d->delimiter || d->quotes != DIALECT_QUOTES_AUTO || d->decimal || d->thousands ||
	       d->comment || d->skip || d->missing || d->encoding;
}

void
sniff_join(const struct source *s, struct hash *h)
{
	const struct dialect *given = &s->options->dialect;
	struct text how = { 0 };
	struct hash part;

	if (!sniff_is_given(given))
		return;
	sniff_describe(&s->dialect, &how);
	text_addf(&how, " missing %s", given->missing ? given->missing : "");
	part = hash_of(how.s, how.len);
	*h = hash_join(h, &part);
	text_release(&how);
}

/* Note a dialect that is not that of the file's name, and whether it was read otherwise before. */
static void
note_dialect(struct source *s, const struct sample *a, size_t leading)
{
	const struct dialect *d = &s->dialect, *given = &s->options->dialect;
	char before = source_delimiter(s->path);

	if (!given->delimiter && d->delimiter != before) {
		text_addf(&s->notes, "%s stand between cells\n",
			  d->delimiter == ' ' ? "blanks" : delimiter_name(d->delimiter));
		if (sample_common(a, leading, before) || s->options->unlabelled)
			s->rules |= RULES_BIT(RULES_DELIMITER);
	}
	if (!given->decimal && d->decimal == ',')
		text_add(&s->notes, "numbers have a decimal comma\n");
	if (!given->thousands && d->thousands)
		text_addf(&s->notes, "'%c' stands between thousands\n", d->thousands);
	if ((!given->decimal && d->decimal == ',') || (!given->thousands && d->thousands))
		s->rules |= RULES_BIT(RULES_COMMA);
}

static int
sniff_dialect(struct source *s, const char *bytes, size_t size, bool whole, struct err *e)
{
	struct sample a = { .quotes = s->dialect.quotes != DIALECT_QUOTES_OFF };
	struct dialect *d = &s->dialect;
	size_t leading;

	whole &= size <= SNIFF_BYTES;
	size = size < SNIFF_BYTES ? size : SNIFF_BYTES;
	sample_collect(&a, bytes, size, whole, d);
	leading = d->comment ? 0 : leading_comments(&a);
	if (!d->delimiter && source_delimiter(s->path) == '\t')
		d->delimiter = '\t';
	if (!d->delimiter && find_delimiter(s, &a, leading, &d->delimiter, e) < 0)
		return -1;
	find_comments(s, &a, leading);
	if (find_numbers(d, &a, e) < 0 || find_quotes(s, bytes, size, whole, e) < 0)
		return -1;
	note_dialect(s, &a, leading);
	return 0;
}

int
sniff_table(struct source *s, const char *bytes, size_t size, bool whole, struct err *e)
{
	size_t bom = source_bom(bytes, size);

	if (sniff_dialect(s, bytes + bom, size - bom, whole, e) < 0)
		return -1;
	number_form_init(&s->form, &s->dialect);
	return 0;
}
