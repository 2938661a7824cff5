/* heading.c: header, label, text and left-out columns of a table. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/heading.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/encoding.h"
#include "retort/data/read/header.h"

#define NAMES 160 /* bytes of column names that an error lists */

static bool
is_column_number(const char *column)
{
	int64_t n;

	return text_to_int(column, &n) == 0;
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

/* Column of a name that is not left out; s->columns: none. *twice: another one, or s->columns. */
static size_t
find_name(const struct source *s, const char *name, size_t *twice)
{
	size_t found = s->columns;

	*twice = s->columns;
	for (size_t c = 0; s->name && c < s->columns; c++) {
		if (strcmp(s->name[c], name) != 0 || (s->left && s->left[c]))
			continue;
		if (found < s->columns) {
			*twice = c;
			break;
		}
		found = c;
	}
	return found;
}

/* Column of the name that a label column has in the data, or in the encoding of a network. */
static size_t
find_like(const struct source *s, const char *name)
{
	size_t twice, found = find_name(s, name, &twice);

	for (size_t c = 0; s->name && c < s->columns && found == s->columns; c++)
		if (!s->left[c] && encoding_is_name(name, s->name[c]))
			found = c;
	return found;
}

/* Find a column by its name, or by its number from 1. An error calls it `what`. */
static int
find_column(const struct source *s, const char *what, const char *column, size_t *out,
	    struct err *e)
{
	size_t twice, found = find_name(s, column, &twice);
	int64_t n;

	if (twice < s->columns) {
		err_set(e,
			"%s: columns %zu and %zu are both named '%.60s' (expected the number of "
			"one)",
			what, found + 1, twice + 1, column);
		return rules_error(e, RULES_NAMES);
	}
	if (found < s->columns) {
		*out = found;
		return 0;
	}
	if (text_to_int(column, &n) == 0 && n >= 1 && (size_t)n <= s->columns) {
		*out = (size_t)n - 1;
		return 0;
	}
	return refuse_column(s, what, column, e);
}

struct named {
	const char *name;
	size_t column;
};

static int
compare_names(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : x->column < y->column ? -1 : x->column > y->column;
}

/* Refuse two columns of one name, unless all but one of them are left out; "" is no name. */
static int
check_names(const struct source *s, struct err *e)
{
	struct named *sorted = mem_array(s->columns, sizeof *sorted);
	size_t n = 0;
	int status = 0;

	for (size_t c = 0; s->name && c < s->columns; c++)
		if (s->name[c][0] && !s->left[c])
			sorted[n++] = (struct named){ s->name[c], c };
	qsort(sorted, n, sizeof *sorted, compare_names);
	for (size_t i = 1; i < n && status == 0; i++)
		if (strcmp(sorted[i - 1].name, sorted[i].name) == 0)
			status = err_set(e,
					 "columns %zu and %zu are both named '%.60s' (expected "
					 "different names; `without %zu` leaves one out)",
					 sorted[i - 1].column + 1, sorted[i].column + 1,
					 sorted[i].name, sorted[i].column + 1);
	mem_free(sorted);
	return status < 0 ? rules_error(e, RULES_NAMES) : 0;
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
	size_t like = o->like.label ? find_like(s, o->like.label) : s->columns;

	s->label = s->columns;
	if (s->columns < 2 && !o->unlabelled)
		return err_set(e, "1 column (expected a label and at least one feature; "
				  "`delimiter C` gives what stands between cells)");
	if (o->unlabelled && !o->label && like < s->columns) {
		s->label = like; /* left out */
		return 0;
	}
	if (o->unlabelled && o->label && !is_column_number(o->label)) {
		find_column(s, "label", o->label, &s->label, NULL); /* need not exist */
		return 0;
	}
	if (like < s->columns && (!o->label || is_column_number(o->label))) {
		s->label = like;
		if (like != last_column(s) && !o->label)
			s->rules |= RULES_BIT(RULES_LABEL_NAME);
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

/* Note that the rows below show a header, or that the first may be one and is a row. */
static void
note_header(struct source *s, const struct heading *h, bool found)
{
	struct text names = { 0 };

	for (size_t c = 0; c < h->columns && names.len < NAMES; c++)
		text_item(&names, "%.40s", h->row[0][c]);
	if (found)
		text_addf(
			&s->notes,
			"line 1 is read as names of columns: %s (`header no` reads it as a row)\n",
			text_get(&names));
	else if (!s->header && header_is_doubtful(s, h))
		text_addf(&s->notes,
			  "line 1 is read as a row: %s (`header yes` reads it as names of "
			  "columns)\n",
			  text_get(&names));
	if (found)
		s->rules |= RULES_BIT(RULES_HEADER);
	text_release(&names);
}

int
heading_resolve(struct source *s, const struct heading *h, struct err *e)
{
	bool found;

	s->columns = s->text = s->label = h->columns;
	s->header = header_is(s, h, &found);
	note_header(s, h, found);
	if (s->header)
		s->name = mem_array(s->columns, sizeof *s->name);
	for (size_t c = 0; s->header && c < s->columns; c++)
		s->name[c] = mem_text(h->row[0][c]);
	if (resolve_left(s, e) < 0 || (!s->options->text && check_names(s, e) < 0))
		return -1;
	if (s->options->text && find_column(s, "text", s->options->text, &s->text, e) < 0)
		return -1;
	return resolve_label(s, e) < 0 ? -1 : check_features(s, e);
}
