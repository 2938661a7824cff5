/* header.c: names of columns in the first row of a table. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/header.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/classes.h"
#include "retort/data/encoding.h"
#include "retort/data/number.h"

#define ENOUGH 8 /* rows below the first that show whether its cells repeat */

static bool
is_in_first_row(const struct heading *h, const char *name)
{
	for (size_t c = 0; name && c < h->columns; c++)
		if (strcmp(h->row[0][c], name) == 0)
			return true;
	return false;
}

/* The same for a name from the encoding of a network. */
static bool
is_saved_in_first_row(const struct heading *h, const char *saved)
{
	for (size_t c = 0; saved && c < h->columns; c++)
		if (encoding_is_name(saved, h->row[0][c]))
			return true;
	return false;
}

static bool
is_column_number(const char *column)
{
	int64_t n;

	return text_to_int(column, &n) == 0;
}

static enum number_kind
kind_of(const struct source *s, const char *cell)
{
	double x;

	return number_read(&s->form, cell, &x);
}

/* A word above a number or a missing cell. */
static bool
is_name_above_number(const struct source *s, const char *first, const char *second)
{
	return kind_of(s, first) == NUMBER_NONE && kind_of(s, second) != NUMBER_NONE;
}

/* Whether the first two rows show it. In a table of texts every cell is a word, so only a name that
 * an option gives shows it. */
static bool
shows_header(const struct source *s, const struct heading *h)
{
	const struct dataset_options *o = s->options;

	if (is_in_first_row(h, o->text) || is_saved_in_first_row(h, o->like.label))
		return true;
	if (o->label && !is_column_number(o->label) && is_in_first_row(h, o->label))
		return true;
	for (size_t c = 0; c < h->columns && !o->text; c++)
		if (is_name_above_number(s, h->row[0][c], h->row[1][c]))
			return true;
	return false;
}

/* Column of the labels before the names are known. */
static size_t
label_column(const struct source *s, const struct heading *h)
{
	const struct dataset_options *o = s->options;
	int64_t n;

	if (o->label && text_to_int(o->label, &n) == 0 && n >= 1 && (size_t)n <= h->columns)
		return (size_t)n - 1;
	return h->columns - 1;
}

static bool
comes_again(const struct heading *h, size_t c)
{
	for (size_t r = 1; r < h->rows; r++)
		if (strcmp(h->row[r][c], h->row[0][c]) == 0)
			return true;
	return false;
}

/* Whether the cells below the first have at most half as many values as there are. */
static bool
values_repeat(const struct heading *h, size_t c)
{
	size_t values = 0;

	for (size_t r = 1; r < h->rows; r++) {
		bool seen = false;

		for (size_t k = 1; k < r && !seen; k++)
			seen = strcmp(h->row[r][c], h->row[k][c]) == 0;
		values += !seen;
	}
	return 2 * values <= h->rows - 1;
}

/* Whether the numbers of the first row are whole and count up evenly: none, or at least two. */
static bool
counts_up(const struct source *s, const struct heading *h, size_t *numbers)
{
	double last = 0, step = 0, x;

	*numbers = 0;
	for (size_t c = 0; c < h->columns; c++) {
		if (number_read(&s->form, h->row[0][c], &x) == NUMBER_NONE)
			continue;
		if (x != floor(x) || (*numbers == 1 && x <= last) ||
		    (*numbers > 1 && x - last != step))
			return false;
		step = x - last;
		last = x;
		++*numbers;
	}
	return *numbers != 1;
}

static int
compare_cells(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whether the cells of the first row are different and none is missing. */
static bool
are_names(const struct source *s, const struct heading *h)
{
	const char **sorted = mem_array(h->columns, sizeof *sorted);
	bool names = true;

	for (size_t c = 0; c < h->columns; c++) {
		sorted[c] = h->row[0][c];
		names &= kind_of(s, h->row[0][c]) != NUMBER_MISSING;
	}
	qsort(sorted, h->columns, sizeof *sorted, compare_cells);
	for (size_t c = 1; c < h->columns && names; c++)
		names = strcmp(sorted[c - 1], sorted[c]) != 0;
	mem_free(sorted);
	return names;
}

/* Whether the rows below show that the first is none of them. */
static bool
rows_show_header(const struct source *s, const struct heading *h)
{
	size_t label = label_column(s, h), numbers;

	if (h->rows < ENOUGH + 1 || !are_names(s, h) || !counts_up(s, h, &numbers) ||
	    (numbers == h->columns && numbers < 3) || !values_repeat(h, label))
		return false;
	for (size_t c = 0; c < h->columns; c++)
		if (comes_again(h, c))
			return false;
	return true;
}

static bool
is_auto(const struct source *s, const struct heading *h)
{
	return !h->named && s->options->header == DATASET_HEADER_AUTO && h->rows >= 2;
}

bool
header_is(const struct source *s, const struct heading *h, bool *found)
{
	*found = false;
	if (h->named)
		return true;
	if (!is_auto(s, h))
		return s->options->header == DATASET_HEADER_YES;
	if (shows_header(s, h))
		return true;
	*found = rows_show_header(s, h);
	return *found;
}

bool
header_needs_rows(const struct source *s, const struct heading *h)
{
	size_t numbers;

	return is_auto(s, h) && !shows_header(s, h) && counts_up(s, h, &numbers) &&
	       !comes_again(h, label_column(s, h)) && are_names(s, h);
}

bool
header_is_doubtful(const struct source *s, const struct heading *h)
{
	size_t label = label_column(s, h);

	return is_auto(s, h) && h->rows >= 2 && !s->options->unlabelled &&
	       kind_of(s, h->row[0][label]) == NUMBER_NONE && !comes_again(h, label) &&
	       values_repeat(h, label);
}
