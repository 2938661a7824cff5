/* heading.c: header, label, text and left-out columns of a table. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/heading.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/classes.h"

#define NAMES 160 /* bytes of column names that an error lists */

static bool
is_in_first_row(const struct heading *h, const char *name)
{
	for (size_t c = 0; name && c < h->columns; c++)
		if (strcmp(h->first[c], name) == 0)
			return true;
	return false;
}

static bool
is_column_number(const char *column)
{
	int64_t n;

	return text_to_int(column, &n) == 0;
}

/* A word above a number or a missing cell. */
static bool
is_name_above_number(const char *first, const char *second)
{
	struct classes_cell above, below;

	classes_trim(first, &above);
	classes_trim(second, &below);
	return !classes_is_missing(&above) && !classes_is_number(&above) &&
	       (classes_is_missing(&below) || classes_is_number(&below));
}

/* In a table of texts every cell is a word, so only a name that an option gives shows a header. */
static bool
has_header(const struct heading *h, const struct dataset_options *o)
{
	if (h->named)
		return true;
	if (o->header != DATASET_HEADER_AUTO || h->rows < 2)
		return o->header == DATASET_HEADER_YES;
	if (o->text)
		return is_in_first_row(h, o->text) || is_in_first_row(h, o->label);
	if (o->label && !is_column_number(o->label) && is_in_first_row(h, o->label))
		return true;
	for (size_t c = 0; c < h->columns; c++)
		if (is_name_above_number(h->first[c], h->second[c]))
			return true;
	return false;
}

static int
refuse_column(const struct source *s, const char *what, const char *column, struct err *e)
{
	struct text names = { 0 };
	int status;

	if (!s->name)
		return err_set(e, "%s: unknown column '%s' (expected 1 to %zu)", what, column,
			       s->columns);
	for (size_t c = 0; c < s->columns && names.len < NAMES; c++)
		text_item(&names, "%s", s->name[c]);
	status = err_set(e, "%s: unknown column '%s' (expected one of %s%s)", what, column,
			 text_get(&names), names.len >= NAMES ? " ..." : "");
	text_release(&names);
	return status;
}

/* Find a column by its name, or by its number from 1. An error calls it `what`. */
static int
find_column(const struct source *s, const char *what, const char *column, size_t *out,
	    struct err *e)
{
	int64_t n;

	for (size_t c = 0; s->name && c < s->columns; c++)
		if (strcmp(s->name[c], column) == 0) {
			*out = c;
			return 0;
		}
	if (text_to_int(column, &n) == 0 && n >= 1 && (size_t)n <= s->columns) {
		*out = (size_t)n - 1;
		return 0;
	}
	return refuse_column(s, what, column, e);
}

/* Mark in s->left the columns that `without` names. */
static int
resolve_left(struct source *s, struct err *e)
{
	const struct dataset_options *o = s->options;
	char *words = mem_text(o->without ? o->without : ""), *rest = words, *word;
	int status = 0;
	size_t at;

	s->left = mem_array(s->columns, sizeof *s->left);
	while (status == 0 && (word = strsep(&rest, ","))) {
		if (!word[0])
			continue;
		if (find_column(s, "without", word, &at, o->beside ? NULL : e) == 0)
			s->left[at] = true;
		else if (!o->beside)
			status = -1;
	}
	mem_free(words);
	return status;
}

/* The last column that is neither text nor left out; s->columns: none. */
static size_t
last_column(const struct source *s)
{
	for (size_t c = s->columns; c-- > 0;)
		if (c != s->text && !s->left[c])
			return c;
	return s->columns;
}

static int
resolve_label(struct source *s, struct err *e)
{
	const struct dataset_options *o = s->options;

	s->label = s->columns;
	if (s->columns < 2 && !o->unlabelled)
		return err_set(e, "1 column (expected a label and at least one feature, separated "
				  "by commas, or by tabs in a .tsv file)");
	if (o->unlabelled && o->label && !is_column_number(o->label)) {
		find_column(s, "label", o->label, &s->label, NULL); /* need not exist */
		return 0;
	}
	if (o->label)
		return find_column(s, "label", o->label, &s->label, e);
	if (o->unlabelled)
		return 0;
	s->label = last_column(s);
	return s->label < s->columns ? 0
				     : err_set(e, "without: no column would be left for the label");
}

static int
check_features(struct source *s, struct err *e)
{
	bool any = false;

	if (s->text < s->columns)
		return s->text == s->label
			       ? err_set(e, "column %zu cannot be both text and label", s->text + 1)
			       : 0;
	for (size_t c = 0; c < s->columns; c++) {
		s->left[c] |= c == s->label;
		any |= !s->left[c];
	}
	return any ? 0
		   : err_set(e, "%zu column%s (expected at least one feature)", s->columns,
			     s->columns == 1 ? "" : "s");
}

int
heading_resolve(struct source *s, const struct heading *h, struct err *e)
{
	s->columns = s->text = s->label = h->columns;
	s->header = has_header(h, s->options);
	if (s->header)
		s->name = mem_array(s->columns, sizeof *s->name);
	for (size_t c = 0; s->header && c < s->columns; c++)
		s->name[c] = mem_text(h->first[c]);
	if (s->options->text && find_column(s, "text", s->options->text, &s->text, e) < 0)
		return -1;
	return resolve_left(s, e) < 0 || resolve_label(s, e) < 0 ? -1 : check_features(s, e);
}
