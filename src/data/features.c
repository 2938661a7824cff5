/* features.c: cells of a table become features. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/features.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/classes.h"

/* What a column of the table becomes. */
struct plan {
	char **word; /* [n_words] of a category, sorted; owned */
	size_t n_words, cap; /* 0: a number */
};

static const char *
cell_at(const struct csvfile *t, size_t row, size_t column)
{
	return t->cell[row * t->columns + column];
}

/* "row 5 (line 6), column 3 'age'": where a cell is, for errors. A row of names that stands on no line is not counted. */
static int
bad_cell(const struct csvfile *t, size_t first, size_t row, size_t c, const char *what, struct err *e)
{
	struct classes_cell cell;
	char name[32];

	snprintf(name, sizeof name, "x%zu", c + 1);
	classes_trim(cell_at(t, row, c), &cell);
	return err_set(e, "row %zu (line %zu), column %zu '%.60s': '%.60s' %s", row + !t->named, t->line[row], c + 1,
		       first ? cell_at(t, 0, c) : name, cell.s, what);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t
place_of(const struct plan *p, const char *word)
{
	size_t i = 0;

	while (i < p->n_words && strcmp(p->word[i], word) != 0)
		i++;
	return i;
}

static void
forget(struct plan *p)
{
	for (size_t i = 0; i < p->n_words; i++)
		mem_free(p->word[i]);
	mem_free(p->word);
	memset(p, 0, sizeof *p);
}

/* A column of numbers shows at its first cell that has something in it, and words are all seen. */
static int
plan_column(const struct csvfile *t, size_t first, size_t c, struct plan *p, struct err *e)
{
	struct classes_cell cell;
	double x;

	for (size_t i = first; i < t->rows; i++) {
		const char *s = cell_at(t, i, c);
		bool number = classes_plain_number(s, &x);

		if (!number) {
			classes_trim(s, &cell);
			number = classes_is_number(&cell);
		}
		if (number) {
			forget(p); /* words in a column of numbers are told where they stand */
			return 0;
		}
		if (classes_is_missing(&cell))
			continue;
		if (cell.cut)
			return bad_cell(t, first, i, c, "... is too long for a word of a category; texts are read with text COLUMN", e);
		if (place_of(p, cell.s) < p->n_words)
			continue;
		if (p->n_words == FEATURES_WORDS)
			return bad_cell(t, first, i, c, "is one word more than the 256 that a category may have", e);
		mem_grow(&p->word, &p->cap, p->n_words + 1, sizeof *p->word);
		p->word[p->n_words++] = mem_text(cell.s);
	}
	if (p->n_words)
		qsort(p->word, p->n_words, sizeof *p->word, by_bytes);
	return 0;
}

static void
name_features(const struct csvfile *t, size_t first, size_t label, const struct plan *plan, struct dataset *ds)
{
	struct text name = { 0 };
	size_t k = 0, column = 0;

	ds->column = mem_array(ds->d, sizeof *ds->column);
	ds->word = mem_array(ds->d, sizeof *ds->word);
	for (size_t c = 0; c < t->columns; c++) {
		if (c == label)
			continue;
		column++;
		for (size_t w = 0; w < (plan[c].n_words ? plan[c].n_words : 1); w++) {
			text_clear(&name);
			if (first)
				text_add(&name, cell_at(t, 0, c));
			else
				text_addf(&name, "x%zu", column);
			if (plan[c].n_words)
				text_addf(&name, "=%s", plan[c].word[w]);
			ds->column[k] = mem_text(text_get(&name));
			if (plan[c].n_words)
				ds->word[k] = ds->column[k] + name.len - strlen(plan[c].word[w]);
			k++;
		}
	}
	text_release(&name);
}

/* A cell of a column of numbers; NaN where there is none. */
static int
fill_number(const char *word, struct dataset *ds, float *out)
{
	struct classes_cell cell;
	double x = NAN;

	if (!classes_plain_number(word, &x)) {
		x = NAN;
		classes_trim(word, &cell);
		if (classes_is_missing(&cell))
			ds->missing++;
		else if (cell.cut || text_to_double(cell.s, &x) < 0 || !isfinite((float)x))
			return -1;
	}
	*out = (float)x;
	return 0;
}

static void
fill_category(const struct plan *p, const char *word, struct dataset *ds, float *out)
{
	struct classes_cell cell;
	size_t at;

	classes_trim(word, &cell);
	at = classes_is_missing(&cell) ? p->n_words : place_of(p, cell.s);
	for (size_t w = 0; w < p->n_words; w++)
		out[w] = at == p->n_words ? NAN : w == at;
	ds->missing += at == p->n_words;
}

static int
fill(const struct csvfile *t, size_t first, size_t label, const struct plan *plan, struct dataset *ds, struct err *e)
{
	for (size_t i = 0; i < ds->n; i++) {
		float *x = ds->x + i * ds->d;

		for (size_t c = 0; c < t->columns; c++) {
			const char *word = cell_at(t, first + i, c);

			if (c == label)
				continue;
			if (plan[c].n_words)
				fill_category(&plan[c], word, ds, x);
			else if (fill_number(word, ds, x) < 0)
				return bad_cell(t, first, first + i, c, "is not a finite number", e);
			x += plan[c].n_words ? plan[c].n_words : 1;
		}
	}
	return 0;
}

int
features_make(const struct csvfile *t, size_t first, size_t label, struct dataset *ds, struct err *e)
{
	struct plan *plan = mem_array(t->columns, sizeof *plan);
	int status = 0;

	for (size_t c = 0; c < t->columns && status == 0; c++) {
		if (c == label)
			continue;
		status = plan_column(t, first, c, &plan[c], e);
		ds->d += plan[c].n_words ? plan[c].n_words : 1;
	}
	if (status == 0) {
		name_features(t, first, label, plan, ds);
		ds->x = mem_try(ds->n * ds->d, sizeof *ds->x);
		if (!ds->x)
			status = err_set(e, "no memory for %zu rows of %zu features", ds->n, ds->d);
	}
	if (status == 0)
		status = fill(t, first, label, plan, ds, e);
	for (size_t c = 0; c < t->columns; c++)
		forget(&plan[c]);
	mem_free(plan);
	return status;
}
