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

static const char *
cell_at(const struct csvfile *t, size_t row, size_t column)
{
	return t->cell[row * t->columns + column];
}

int
features_bad_cell(const char *name, size_t c, size_t row, size_t line, const char *word,
		  const char *what, struct err *e)
{
	struct classes_cell cell;
	char number[32];

	snprintf(number, sizeof number, "x%zu", c + 1);
	classes_trim(word, &cell);
	return err_set(e, "row %zu (line %zu), column %zu '%.60s': '%.60s' %s", row, line, c + 1,
		       name ? name : number, cell.s, what);
}

/* A row of names that stands on no line is not counted. */
static int
bad_cell(const struct csvfile *t, size_t first, size_t row, size_t c, const char *what,
	 struct err *e)
{
	return features_bad_cell(first ? cell_at(t, 0, c) : NULL, c, row + !t->named, t->line[row],
				 cell_at(t, row, c), what, e);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

size_t
features_place(const struct features_plan *p, const char *word)
{
	size_t i = 0;

	while (i < p->n_words && strcmp(p->word[i], word) != 0)
		i++;
	return i;
}

void
features_add(struct features_plan *p, const char *word)
{
	mem_grow(&p->word, &p->cap, p->n_words + 1, sizeof *p->word);
	p->word[p->n_words++] = mem_text(word);
}

void
features_sort(struct features_plan *p)
{
	if (p->n_words)
		qsort(p->word, p->n_words, sizeof *p->word, by_bytes);
}

void
features_forget(struct features_plan *p)
{
	for (size_t i = 0; i < p->n_words; i++)
		mem_free(p->word[i]);
	mem_free(p->word);
	memset(p, 0, sizeof *p);
}

/* A column of numbers shows at its first cell that has something in it, and words are all seen. */
static int
plan_column(const struct csvfile *t, size_t first, size_t c, struct features_plan *p, struct err *e)
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
			features_forget(
				p); /* words in a column of numbers are told where they stand */
			return 0;
		}
		if (classes_is_missing(&cell))
			continue;
		if (cell.cut)
			return bad_cell(t, first, i, c, FEATURES_LONG, e);
		if (features_place(p, cell.s) < p->n_words)
			continue;
		if (p->n_words == FEATURES_WORDS)
			return bad_cell(t, first, i, c, FEATURES_MANY, e);
		features_add(p, cell.s);
	}
	features_sort(p);
	return 0;
}

void
features_name(const char *const *header, size_t columns, const bool *left,
	      const struct features_plan *plan, struct dataset *ds)
{
	struct text name = { 0 };
	size_t k = 0, column = 0;

	ds->column = mem_array(ds->d, sizeof *ds->column);
	ds->word = mem_array(ds->d, sizeof *ds->word);
	for (size_t c = 0; c < columns; c++) {
		if (left[c])
			continue;
		column++;
		for (size_t w = 0; w < (plan[c].n_words ? plan[c].n_words : 1); w++) {
			text_clear(&name);
			if (header)
				text_add(&name, header[c]);
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

int
features_number(const char *word, size_t *missing, float *out)
{
	struct classes_cell cell;
	double x;

	if (classes_plain_number(word, &x)) {
		*out = (float)x;
		return 0;
	}
	classes_trim(word, &cell);
	*out = NAN;
	if (classes_is_missing(&cell)) {
		++*missing;
		return 0;
	}
	if (cell.cut || text_to_double(cell.s, &x) < 0 || !isfinite((float)x))
		return -1;
	*out = (float)x;
	return 0;
}

void
features_spread(const struct features_plan *p, size_t at, float *out)
{
	for (size_t w = 0; w < p->n_words; w++)
		out[w] = at == p->n_words ? NAN : w == at;
}

static void
fill_category(const struct features_plan *p, const char *word, struct dataset *ds, float *out)
{
	struct classes_cell cell;
	size_t at;

	classes_trim(word, &cell);
	at = classes_is_missing(&cell) ? p->n_words : features_place(p, cell.s);
	features_spread(p, at, out);
	ds->missing += at == p->n_words;
}

static int
fill(const struct csvfile *t, size_t first, const bool *left, const struct features_plan *plan,
     struct dataset *ds, struct err *e)
{
	for (size_t i = 0; i < ds->n; i++) {
		float *x = ds->x + i * ds->d;

		for (size_t c = 0; c < t->columns; c++) {
			const char *word = cell_at(t, first + i, c);

			if (left[c])
				continue;
			if (plan[c].n_words)
				fill_category(&plan[c], word, ds, x);
			else if (features_number(word, &ds->missing, x) < 0)
				return bad_cell(t, first, first + i, c, FEATURES_NUMBER, e);
			x += plan[c].n_words ? plan[c].n_words : 1;
		}
	}
	return 0;
}

int
features_make(const struct csvfile *t, size_t first, const bool *left, struct dataset *ds,
	      struct err *e)
{
	struct features_plan *plan = mem_array(t->columns, sizeof *plan);
	int status = 0;

	for (size_t c = 0; c < t->columns && status == 0; c++) {
		if (left[c])
			continue;
		status = plan_column(t, first, c, &plan[c], e);
		ds->d += plan[c].n_words ? plan[c].n_words : 1;
	}
	if (status == 0) {
		features_name(first ? t->cell : NULL, t->columns, left, plan, ds);
		ds->x = mem_try(ds->n * ds->d, sizeof *ds->x);
		if (!ds->x)
			status = err_set(e, "no memory for %zu rows of %zu features", ds->n, ds->d);
	}
	if (status == 0)
		status = fill(t, first, left, plan, ds, e);
	for (size_t c = 0; c < t->columns; c++)
		features_forget(&plan[c]);
	mem_free(plan);
	return status;
}
