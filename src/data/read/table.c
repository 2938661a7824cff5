/* table.c: a parsed table becomes x[n,d] or ids[n,length], and y[n]. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/table.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/classes.h"
#include "retort/data/read/corpus.h"
#include "retort/data/read/features.h"

static const char *
cell_at(const struct csvfile *t, size_t row, size_t column)
{
	return t->cell[row * t->columns + column];
}

static bool
in_first_row(const struct csvfile *t, const char *name)
{
	for (size_t c = 0; name && c < t->columns; c++)
		if (strcmp(cell_at(t, 0, c), name) == 0)
			return true;
	return false;
}

static bool
is_number(const char *column)
{
	int64_t n;

	return text_to_int(column, &n) == 0;
}

/*
 * A header is a first row with the name of the label, or with a word where the second row has a
 * number. Texts are all words: there it is a first row with the name that was given for a column.
 */
bool
table_has_header(const struct csvfile *t, const struct dataset_options *o)
{
	struct classes_cell first, second;

	if (t->named)
		return true;
	if (o->header != DATASET_HEADER_AUTO || t->rows < 2)
		return o->header == DATASET_HEADER_YES;
	if (o->text)
		return in_first_row(t, o->text) || in_first_row(t, o->label);
	if (o->label && !is_number(o->label) && in_first_row(t, o->label))
		return true;
	for (size_t c = 0; c < t->columns; c++) {
		classes_trim(cell_at(t, 0, c), &first);
		classes_trim(cell_at(t, 1, c), &second);
		if (!classes_is_missing(&first) && !classes_is_number(&first) &&
		    (classes_is_missing(&second) || classes_is_number(&second)))
			return true;
	}
	return false;
}

static int
no_column(const struct csvfile *t, const char *what, const char *column, bool header, struct err *e)
{
	struct text names = { 0 };
	int status;

	if (!header)
		return err_set(e, "%s '%s': no such column; columns are 1..%zu", what, column,
			       t->columns);
	for (size_t c = 0; c < t->columns && names.len < 160; c++)
		text_item(&names, "%s", cell_at(t, 0, c));
	status = err_set(e, "%s '%s': no such column; columns are %s%s", what, column,
			 text_get(&names), names.len >= 160 ? " ..." : "");
	text_release(&names);
	return status;
}

int
table_column(const struct csvfile *t, const char *what, const char *column, bool header,
	     size_t *out, struct err *e)
{
	int64_t n;

	for (size_t c = 0; header && c < t->columns; c++)
		if (strcmp(cell_at(t, 0, c), column) == 0) {
			*out = c;
			return 0;
		}
	if (text_to_int(column, &n) == 0 && n >= 1 && (size_t)n <= t->columns) {
		*out = (size_t)n - 1;
		return 0;
	}
	return no_column(t, what, column, header, e);
}

/* What is left out is part of what the data are. */
struct hash
table_hash_left(const struct hash *h, const bool *left, size_t columns)
{
	struct hash said = hash_of(left, columns * sizeof *left);

	return hash_join(h, &said);
}

/* Whether o->without names column c. */
static bool
is_left(const struct csvfile *t, const struct dataset_options *o, bool header, size_t c)
{
	char *words = mem_text(o->without ? o->without : ""), *rest = words, *word;
	bool yes = false;
	size_t at;

	while (!yes && (word = strsep(&rest, ",")))
		yes = word[0] && table_column(t, "without", word, header, &at, NULL) == 0 &&
		      at == c;
	mem_free(words);
	return yes;
}

/* Every column that is named is there; a set beside the data need not have what is left out of it.
 */
static int
check_left(const struct csvfile *t, const struct dataset_options *o, bool header, struct err *e)
{
	char *words = mem_text(o->without && !o->beside ? o->without : ""), *rest = words, *word;
	int status = 0;
	size_t at;

	while (status == 0 && (word = strsep(&rest, ",")))
		status = word[0] ? table_column(t, "without", word, header, &at, e) : 0;
	mem_free(words);
	return status;
}

int
table_left(const struct csvfile *t, const struct dataset_options *o, bool header, size_t label,
	   bool **left, struct err *e)
{
	bool *out, any = false;

	if (check_left(t, o, header, e) < 0)
		return -1;
	out = mem_array(t->columns, sizeof *out);
	for (size_t c = 0; c < t->columns; c++) {
		out[c] = c == label || (o->without && is_left(t, o, header, c));
		any |= !out[c];
	}
	if (!any) {
		mem_free(out);
		return err_set(e, "%zu column%s: at least one feature is needed", t->columns,
			       t->columns == 1 ? "" : "s");
	}
	*left = out;
	return 0;
}

static int
make_features(const struct csvfile *t, size_t first, size_t label, const struct dataset_options *o,
	      struct dataset *ds, struct err *e)
{
	bool *left;
	int status;

	if (table_left(t, o, first, label, &left, e) < 0)
		return -1;
	if (o->without)
		ds->hash = table_hash_left(&ds->hash, left, t->columns);
	status = features_make(t, first, left, ds, e);
	mem_free(left);
	return status;
}

/* Columns that are no label, as numbers and categories. */
static int
make_numbers(const struct csvfile *t, size_t first, size_t label, const struct dataset_options *o,
	     struct dataset *ds, struct err *e)
{
	char what[48];

	if (o->unlabelled)
		return classes_none(ds, e) < 0 ? -1 : make_features(t, first, label, o, ds, e);
	snprintf(what, sizeof what, "label column %zu", label + 1);
	if (classes_set(ds, t->cell + first * t->columns + label, t->columns, what, o->beside, e) <
	    0)
		return -1;
	return make_features(t, first, label, o, ds, e);
}

static int
make_texts(const struct csvfile *t, size_t first, size_t label, size_t text,
	   const struct dataset_options *o, struct dataset *ds, struct err *e)
{
	const char *const *cell = t->cell + first * t->columns;
	char what[80];
	struct hash said;

	if (label == text)
		return err_set(e, "column %zu cannot be both text and label", text + 1);
	snprintf(what, sizeof what, "text %zu label %zu", text + 1, label + 1);
	said = hash_of(what, strlen(what));
	ds->hash = hash_join(&ds->hash, &said);
	if (o->unlabelled)
		return classes_none(ds, e) < 0
			       ? -1
			       : corpus_texts(cell + text, t->columns, t->line + first, o, ds, e);
	snprintf(what, sizeof what, "label column %zu", label + 1);
	if (classes_set(ds, cell + label, t->columns, what, o->beside, e) < 0)
		return -1;
	return corpus_texts(cell + text, t->columns, t->line + first, o, ds, e);
}

int
table_pixels(const struct dataset_options *o, struct dataset *ds, struct err *e)
{
	const uint64_t shape[3] = { o->height, o->width, o->channels };
	struct hash said = hash_of(shape, sizeof shape);

	if (o->height * o->width * o->channels != ds->d)
		return err_set(e,
			       "image: %zu x %zu x %zu are %zu pixels, the table has %zu features",
			       o->height, o->width, o->channels, o->height * o->width * o->channels,
			       ds->d);
	ds->kind = DATASET_IMAGE;
	ds->height = o->height;
	ds->width = o->width;
	ds->channels = o->channels;
	ds->hash = hash_join(&ds->hash, &said);
	return 0;
}

/* Which column has the labels: unless it is said the last one that is no text, and the number of
 * columns where there are none. */
int
table_label(const struct csvfile *t, const struct dataset_options *o, bool header, size_t text,
	    size_t *label, struct err *e)
{
	if (t->columns < 2 && !o->unlabelled)
		return err_set(e, "1 column: a label and at least one feature are needed; commas "
				  "stand between them, or tabs in a file that ends in .tsv");
	*label = t->columns;
	for (size_t c = t->columns; c-- > 0 && *label == t->columns && !o->unlabelled && !o->label;)
		if (!(o->text && c == text) && !(o->without && is_left(t, o, header, c)))
			*label = c;
	if (*label == t->columns && !o->unlabelled && !o->label)
		return err_set(e, "without: no column is left for the label");
	if (o->unlabelled && o->label && !is_number(o->label) &&
	    !(header && in_first_row(t, o->label)))
		return 0; /* there is none to leave out */
	return o->label ? table_column(t, "label", o->label, header, label, e) : 0;
}

int
table_enough(size_t rows, const struct dataset_options *o, struct err *e)
{
	size_t least = o->beside ? 1 : DATASET_ROWS;

	return rows >= least ? 0 : err_set(e, "%zu rows: at least %zu are needed", rows, least);
}

int
table_make(const struct csvfile *t, const struct dataset_options *o, struct dataset **out,
	   struct err *e)
{
	size_t first = table_has_header(t, o) ? 1 : 0, label, text = 0;
	struct dataset *ds;
	int status;

	if (o->text && table_column(t, "text", o->text, first, &text, e) < 0)
		return -1;
	if (table_label(t, o, first, text, &label, e) < 0 ||
	    table_enough(t->rows - first, o, e) < 0)
		return -1;
	ds = mem_new(sizeof *ds);
	ds->n = t->rows - first;
	ds->hash = t->hash;
	status = o->text ? make_texts(t, first, label, text, o, ds, e)
			 : make_numbers(t, first, label, o, ds, e);
	if (status == 0 && o->height)
		status = table_pixels(o, ds, e);
	if (status < 0) {
		dataset_free(ds);
		return -1;
	}
	*out = ds;
	return 0;
}

char
table_delimiter(const char *path)
{
	size_t len = strlen(path);
	bool tabs = (len > 4 && strcmp(path + len - 4, ".tsv") == 0) ||
		    (len > 7 && strcmp(path + len - 7, ".tsv.gz") == 0);

	return tabs ? '\t' : ',';
}
