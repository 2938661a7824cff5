/* features.c: cells of a table become features. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/features.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/classes.h"

#define NOT_FINITE "is not a finite number"
#define TOO_LARGE "is too large for a feature (expected at most 1e150 in size)"
#define TOO_LONG "is too long for a category; `text COLUMN` reads texts"
#define TOO_MANY "exceeds the 256 distinct words of a category column"

void
features_init(struct features *f, const struct source *s)
{
	*f = (struct features){ .source = s, .column = mem_array(s->columns, sizeof *f->column) };
	for (size_t c = 0; c < s->columns; c++)
		f->width += !s->left[c];
}

void
features_release(struct features *f)
{
	for (size_t c = 0; f->column && c < f->source->columns; c++) {
		for (size_t i = 0; i < f->column[c].n_words; i++)
			mem_free(f->column[c].word[i]);
		mem_free(f->column[c].word);
		mem_free(f->column[c].sorted);
	}
	mem_free(f->column);
	memset(f, 0, sizeof *f);
}

/* "row 5 (line 6), column 3 'age': 'old' is not a finite number". A column without a name is x and
 * its number. */
static int
refuse_cell(const struct features *f, size_t c, size_t row, size_t line, const char *word,
	    const char *what, struct err *e)
{
	struct classes_cell cell;
	char number[32];

	snprintf(number, sizeof number, "x%zu", c + 1);
	classes_trim(word, &cell);
	return err_set(e, "row %zu (line %zu), column %zu '%.60s': '%.60s%s' %s", row, line, c + 1,
		       f->source->name ? f->source->name[c] : number, cell.s,
		       strlen(cell.s) > 60 ? "..." : "", what);
}

/* Index of a word; n_words: it is new. */
static size_t
find_word(const struct features_column *k, const char *word)
{
	size_t i = 0;

	while (i < k->n_words && strcmp(k->word[i], word) != 0)
		i++;
	return i;
}

/* A new word: it must be text, and no amount. */
static int
check_word(const struct features *f, const struct row *row, size_t c, const char *word,
	   struct err *e)
{
	struct err why = { .msg = "" };
	int status = 0;

	if (!text_is_utf8(word))
		status = err_ask(&why, "encoding latin1|encoding windows-1252", "is not UTF-8");
	else if (number_check_word(word, &why) < 0)
		status = -1;
	if (status < 0) {
		struct text plain = { 0 };

		text_add_plain(&plain, word);
		refuse_cell(f, c, row->row, row->line, text_get(&plain), why.msg, e);
		text_release(&plain);
		if (e)
			memcpy(e->msg + ERR_TEXT, why.msg + ERR_TEXT, ERR_OPTIONS);
		rules_error(e, text_is_utf8(word) ? RULES_AMOUNT : RULES_UTF8);
	}
	return status;
}

/* A word and a number in one column; dates and percentages were words. */
static int
refuse_mixed(const struct features *f, size_t c, size_t row, size_t line, const char *word,
	     enum number_kind kind, struct err *e)
{
	refuse_cell(f, c, row, line, word, NOT_FINITE, e);
	if (kind == NUMBER_DATE)
		rules_error(e, RULES_DATES);
	if (kind == NUMBER_PERCENT)
		rules_error(e, RULES_PERCENT);
	return -1;
}

/* A cell that is neither a number nor missing. */
static int
read_word(struct features *f, const struct row *row, size_t c, double *out, struct err *e)
{
	struct features_column *k = &f->column[c];
	struct classes_cell cell;
	const char *what = NULL;
	size_t at;

	classes_trim(row->cell[c], &cell);
	at = find_word(k, cell.s);
	if (cell.cut)
		what = TOO_LONG;
	else if (at == FEATURES_WORDS)
		what = TOO_MANY;
	if (at == k->n_words && check_word(f, row, c, cell.s, e) < 0)
		return -1;
	if (k->kind != NUMBER_NONE)
		return refuse_mixed(f, c, row->row, row->line, row->cell[c], k->kind, e);
	if (what)
		return refuse_cell(f, c, row->row, row->line, row->cell[c], what, e);
	if (k->n_words == 0) {
		k->row = row->row;
		k->line = row->line;
	}
	if (at == k->n_words) {
		mem_grow(&k->word, &k->cap, at + 1, sizeof *k->word);
		k->word[k->n_words++] = mem_text(cell.s);
	}
	*out = (double)at;
	return 0;
}

/* A number of another kind than those above it. */
static int
refuse_kind(const struct features *f, const struct row *row, size_t c, enum number_kind kind,
	    struct err *e)
{
	char what[80];

	snprintf(what, sizeof what, "is %s, but the column has %ss above it",
		 number_kind_name(kind), strchr(number_kind_name(f->column[c].kind), ' ') + 1);
	refuse_cell(f, c, row->row, row->line, row->cell[c], what, e);
	return rules_error(e, kind == NUMBER_DATE || f->column[c].kind == NUMBER_DATE
				      ? RULES_DATES
				      : RULES_PERCENT);
}

/* The first number of a column. */
static int
begin_numbers(struct features *f, const struct row *row, size_t c, enum number_kind kind,
	      struct err *e)
{
	struct features_column *k = &f->column[c];

	if (k->kind != NUMBER_NONE)
		return refuse_kind(f, row, c, kind, e);
	if (k->n_words)
		return refuse_mixed(f, c, k->row, k->line, k->word[0], kind, e);
	k->kind = kind;
	if (kind == NUMBER_DATE)
		f->rules |= RULES_BIT(RULES_DATES);
	if (kind == NUMBER_PERCENT)
		f->rules |= RULES_BIT(RULES_PERCENT);
	return 0;
}

static int
read_cell(struct features *f, const struct row *row, size_t c, double *out, struct err *e)
{
	const struct number_form *form = &f->source->form;
	enum number_kind kind = !form->other && classes_plain_number(row->cell[c], out)
					? NUMBER_PLAIN
					: number_read(form, row->cell[c], out);

	if (kind == NUMBER_NONE)
		return read_word(f, row, c, out, e);
	if (kind == NUMBER_MISSING) {
		*out = NAN;
		f->missing++;
		return 0;
	}
	if (fabs(*out) > FEATURES_LIMIT)
		return refuse_cell(f, c, row->row, row->line, row->cell[c], TOO_LARGE, e);
	return kind == f->column[c].kind ? 0 : begin_numbers(f, row, c, kind, e);
}

/* Whether all numbers are at most FEATURES_LIMIT in size, and none is missing. The bits of a
 * positive double, as an integer, are ordered as the numbers are, and their comparison is
 * vectorized. */
static bool
are_usual(const double *x, size_t n)
{
	const double limit = FEATURES_LIMIT;
	int64_t most, excess = 0;

	memcpy(&most, &limit, sizeof most);
	for (size_t i = 0; i < n; i++) {
		double size = fabs(x[i]);
		int64_t bits;

		memcpy(&bits, &size, sizeof bits);
		excess |= most - bits;
	}
	return excess >= 0;
}

/* A row of a table of numbers. */
static int
check_numbers(struct features *f, const struct row *row, struct err *e)
{
	const double *x = row->number;

	f->numbers = true;
	if (are_usual(x, row->columns))
		return 0;
	for (size_t c = 0; c < row->columns; c++) {
		f->missing += isnan(x[c]);
		if (fabs(x[c]) > FEATURES_LIMIT)
			return err_set(e, "row %zu, column %zu: %g %s", row->row, c + 1, x[c],
				       isinf(x[c]) ? NOT_FINITE : TOO_LARGE);
	}
	return 0;
}

const double *
features_row(struct features *f, const struct row *row, double *room, struct err *e)
{
	double *out = room;

	if (row->number)
		return check_numbers(f, row, e) < 0 ? NULL : row->number;
	for (size_t c = 0; c < row->columns; c++)
		if (!f->source->left[c] && read_cell(f, row, c, out++, e) < 0)
			return NULL;
	return room;
}

static int
compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
sort_words(struct features_column *k)
{
	char **unsorted = mem_array(k->n_words, sizeof *unsorted);

	memcpy(unsorted, k->word, k->n_words * sizeof *unsorted);
	qsort(k->word, k->n_words, sizeof *k->word, compare_words);
	k->sorted = mem_array(k->n_words, sizeof *k->sorted);
	for (size_t i = 0; i < k->n_words; i++)
		k->sorted[i] = find_word(k, unsorted[i]);
	mem_free(unsorted);
}

size_t
features_settle(struct features *f)
{
	size_t d = 0;

	for (size_t c = 0; c < f->source->columns; c++) {
		struct features_column *k = &f->column[c];

		if (k->n_words)
			sort_words(k);
		if (!f->source->left[c])
			d += k->n_words ? k->n_words : 1;
	}
	return d;
}

bool
features_has_words(const struct features *f)
{
	for (size_t c = 0; c < f->source->columns; c++)
		if (f->column[c].n_words)
			return true;
	return false;
}

static void
spread_word(const struct features_column *k, double index, double *out)
{
	size_t at = isnan(index) ? k->n_words : k->sorted[(size_t)index];

	for (size_t w = 0; w < k->n_words; w++)
		out[w] = at == k->n_words ? NAN : w == at;
}

void
features_spread(const void *features, const double *in, double *out)
{
	const struct features *f = features;

	for (size_t c = 0; c < f->source->columns; c++) {
		const struct features_column *k = &f->column[c];

		if (f->source->left[c])
			continue;
		if (k->n_words)
			spread_word(k, *in, out);
		else
			*out = *in;
		out += k->n_words ? k->n_words : 1;
		in++;
	}
}

void
features_name(const struct features *f, struct dataset *ds)
{
	struct text name = { 0 };
	size_t i = 0, column = 0;

	if (f->numbers)
		return;
	ds->unnamed = !f->source->name;
	ds->column = mem_array(ds->d, sizeof *ds->column);
	ds->word = mem_array(ds->d, sizeof *ds->word);
	for (size_t c = 0; c < f->source->columns; c++) {
		const struct features_column *k = &f->column[c];

		if (f->source->left[c])
			continue;
		text_clear(&name);
		if (f->source->name)
			text_add(&name, f->source->name[c]);
		else
			text_addf(&name, "x%zu", column + 1);
		column++;
		for (size_t w = 0; w < k->n_words; w++, i++) {
			size_t len = name.len;

			text_addf(&name, "=%s", k->word[w]);
			ds->column[i] = mem_text(text_get(&name));
			ds->word[i] = ds->column[i] + len + 1;
			name.s[name.len = len] = '\0';
		}
		if (k->n_words == 0)
			ds->column[i++] = mem_text(text_get(&name));
	}
	text_release(&name);
}
