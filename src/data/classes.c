/* classes.c: labels become classes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/classes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/decimal.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"

#define ROWS ((size_t)1 << 12) /* labels that there is room for at first */

void
classes_trim(const char *cell, struct classes_cell *out)
{
	size_t len;

	cell += strspn(cell, " \t\r\n");
	len = strlen(cell);
	while (len > 0 && strchr(" \t\r\n", cell[len - 1]))
		len--;
	out->cut = len >= sizeof out->s;
	if (out->cut)
		len = sizeof out->s - 1;
	memcpy(out->s, cell, len);
	out->s[len] = '\0';
}

bool
classes_is_number(const struct classes_cell *c)
{
	double x;

	return !c->cut && text_to_double(c->s, &x) == 0;
}

bool
classes_plain_number(const char *cell, double *out)
{
	while (*cell == ' ' || *cell == '\t')
		cell++;
	cell = text_decimal(cell, out);
	if (!cell)
		return false;
	while (*cell == ' ' || *cell == '\t')
		cell++;
	return *cell == '\0';
}

static int
compare_numbers(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	int order = decimal_compare(x, y);
	size_t n = strlen(x), m = strlen(y);

	if (order == 0 && n != m)
		return n < m ? -1 : 1;
	return order ? order : strcmp(x, y);
}

static int
compare_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
find_class(const struct dataset *ds, const char *name)
{
	for (int i = 0; i < ds->classes; i++)
		if (strcmp(ds->class_name[i], name) == 0)
			return i;
	return -1;
}

/* "label column 2 'k': row 5 (line 6)": where a label is. */
static const char *
place_of(const struct classes_reader *r, size_t row, char *buf, size_t size)
{
	if (r->line)
		snprintf(buf, size, "%s: row %zu (line %zu)", r->what, r->row, r->line);
	else
		snprintf(buf, size, "%s: row %zu", r->what, row + 1);
	return buf;
}

static int
refuse_count(const char *place, struct err *e)
{
	return err_set(e, "%s: more than %d classes; is it a column of numbers?", place,
		       DATASET_CLASSES);
}

/* Two long labels that differ at their ends would be one class. */
static int
refuse_length(const struct classes_cell *cell, const char *place, struct err *e)
{
	return err_set(e,
		       "%s: invalid class '%.40s...' (expected at most %zu bytes); is it a text?",
		       place, cell->s, sizeof cell->s - 1);
}

static int
refuse_bytes(const struct classes_cell *cell, const char *place, struct err *e)
{
	struct text plain = { 0 };

	text_add_plain(&plain, cell->s);
	err_ask(e, "encoding latin1|encoding windows-1252", "%s: class '%.60s' is not UTF-8", place,
		text_get(&plain));
	text_release(&plain);
	return rules_error(e, RULES_UTF8);
}

static int
check_count(const struct dataset *ds, const char *what, bool beside, struct err *e)
{
	if (ds->classes >= 2 || beside)
		return 0;
	if (ds->classes == 0)
		return err_set(e, "%s: no row has a label (expected at least 2 classes)", what);
	return err_set(e, "%s: invalid number of classes %d (expected at least 2)", what,
		       ds->classes);
}

static int
alloc_rows(struct dataset *ds, struct err *e)
{
	ds->y = mem_try(ds->n, sizeof *ds->y);
	return ds->y ? 0 : err_set(e, "no memory for the labels of %zu rows", ds->n);
}

/* Make room for y[row]; the rows before it are set. */
static int
grow_rows(struct dataset *ds, struct classes_reader *r, size_t row, struct err *e)
{
	size_t cap = r->cap_rows ? 2 * r->cap_rows : ROWS;
	int32_t *y;

	if (row < r->cap_rows)
		return 0;
	y = mem_try(cap, sizeof *y);
	if (!y)
		return err_set(e, "no memory for the labels of %zu rows", cap);
	if (row)
		memcpy(y, ds->y, row * sizeof *y);
	mem_free(ds->y);
	ds->y = y;
	r->cap_rows = cap;
	return 0;
}

int
classes_add(struct dataset *ds, struct classes_reader *r, size_t row, const char *label,
	    struct err *e)
{
	struct classes_cell cell;
	char place[160];
	int k = -1;

	if (grow_rows(ds, r, row, e) < 0)
		return -1;
	classes_trim(label, &cell);
	if (cell.cut)
		return refuse_length(&cell, place_of(r, row, place, sizeof place), e);
	if (!number_is_missing(r->form, cell.s) && (k = find_class(ds, cell.s)) < 0) {
		if (!text_is_utf8(cell.s))
			return refuse_bytes(&cell, place_of(r, row, place, sizeof place), e);
		if (ds->classes == DATASET_CLASSES)
			return refuse_count(place_of(r, row, place, sizeof place), e);
		mem_grow(&ds->class_name, &r->cap_names, (size_t)ds->classes + 1,
			 sizeof *ds->class_name);
		ds->class_name[ds->classes] = mem_text(cell.s);
		k = ds->classes++;
	}
	ds->y[row] = k;
	return 0;
}

static bool
all_numbers(const struct dataset *ds)
{
	double x;

	for (int i = 0; i < ds->classes; i++)
		if (text_to_double(ds->class_name[i], &x) < 0)
			return false;
	return ds->classes > 0;
}

/* Make one class of neighbours that are equal numbers. Set to[k] of the classes before. */
static void
merge_equal(struct dataset *ds, char *const *before, size_t n, int32_t *to)
{
	struct text note = { 0 };
	int kept = 0;

	for (size_t i = 0; i < n; i++) {
		char *name = ds->class_name[i];
		bool equal = kept && decimal_compare(ds->class_name[kept - 1], name) == 0;

		if (equal)
			text_item(&note, "%s = %s", name, ds->class_name[kept - 1]);
		for (size_t k = 0; k < n; k++)
			if (before[k] == name)
				to[k] = equal ? kept - 1 : kept;
		if (equal)
			mem_free(name);
		else
			ds->class_name[kept++] = name;
	}
	ds->classes = kept;
	if (note.len) {
		struct text line = { 0 };

		text_addf(&line, "labels that are one number are one class: %.100s%s\n",
			  text_get(&note), note.len > 100 ? " ..." : "");
		dataset_note(ds, text_get(&line));
		text_release(&line);
		ds->rules |= RULES_BIT(RULES_EQUAL_LABELS);
	}
	text_release(&note);
}

/* Whether the classes are 0, 1, 2 ... or 1, 2, 3 ...: numbers of classes, not amounts. */
static bool
count_up(const struct dataset *ds)
{
	double first = 0, x;

	for (int i = 0; i < ds->classes; i++) {
		if (text_to_double(ds->class_name[i], &x) < 0 || (i == 0 && x != 0 && x != 1))
			return false;
		first = i ? first : x;
		if (x != first + i)
			return false;
	}
	return true;
}

#define FEW 20 /* numbers that are taken for classes, at most */
#define EACH 5 /* rows of a class, at least on average, of whole numbers */

/* Whether sorted classes are numbers that are rather amounts: many, with fractions or a few rows
 * each. */
static bool
are_amounts(const struct dataset *ds)
{
	bool whole = true;

	if (ds->classes <= FEW || !all_numbers(ds) || count_up(ds))
		return false;
	for (int i = 0; i < ds->classes; i++)
		whole &= decimal_is_whole(ds->class_name[i]);
	return !whole || (ds->n - ds->unlabelled) / EACH < (size_t)ds->classes;
}

int
classes_refuse_task(const char *what, struct err *e)
{
	return err_set(e, "%s: regression comes in a later version (expected `task classes`)",
		       what);
}

/* Classes or regression, where the data do not show it. */
static int
check_task(const struct dataset *ds, const struct classes_reader *r, struct err *e)
{
	if (r->task == DATASET_TASK_REGRESSION)
		return classes_refuse_task(r->what, e);
	if (r->task != DATASET_TASK_ASK || r->beside || !are_amounts(ds))
		return 0;
	err_ask(e, "task classes|task regression",
		"%s: %d different numbers in %zu rows: are they classes, or amounts to predict?",
		r->what, ds->classes, ds->n - ds->unlabelled);
	return rules_error(e, RULES_TASK);
}

int
classes_settle(struct dataset *ds, struct classes_reader *r, struct err *e)
{
	size_t n = (size_t)ds->classes;
	char **unsorted;
	int32_t *to;
	bool numbers = all_numbers(ds);

	unsorted = mem_array(n, sizeof *unsorted);
	to = mem_array(n, sizeof *to);
	if (n) {
		memcpy(unsorted, ds->class_name, n * sizeof *unsorted);
		qsort(ds->class_name, n, sizeof *ds->class_name,
		      numbers ? compare_numbers : compare_bytes);
	}
	for (size_t i = 0; i < n && !numbers; i++)
		to[i] = find_class(ds, unsorted[i]);
	if (numbers)
		merge_equal(ds, unsorted, n, to);
	for (size_t i = 0; i < ds->n; i++) {
		if (ds->y[i] >= 0)
			ds->y[i] = to[ds->y[i]];
		else
			ds->unlabelled++;
	}
	mem_free(unsorted);
	mem_free(to);
	return check_count(ds, r->what, r->beside, e) < 0 ? -1 : check_task(ds, r, e);
}

int
classes_none(struct dataset *ds, struct err *e)
{
	if (alloc_rows(ds, e) < 0)
		return -1;
	for (size_t i = 0; i < ds->n; i++)
		ds->y[i] = -1;
	ds->unlabelled = ds->n;
	return 0;
}

static int
compare_values(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int
find_label(const int64_t *seen, int n, int64_t label)
{
	for (int i = 0; i < n; i++)
		if (seen[i] == label)
			return i;
	return -1;
}

int
classes_set_numbers(struct dataset *ds, const int64_t *label, const char *what, bool beside,
		    struct err *e)
{
	int64_t seen[DATASET_CLASSES];
	char name[80];
	int n = 0;

	for (size_t i = 0; i < ds->n; i++) {
		if (label[i] < 0 || find_label(seen, n, label[i]) >= 0)
			continue;
		if (n == DATASET_CLASSES) {
			snprintf(name, sizeof name, "%.40s: row %zu", what, i + 1);
			return refuse_count(name, e);
		}
		seen[n++] = label[i];
	}
	qsort(seen, (size_t)n, sizeof *seen, compare_values);
	ds->class_name = mem_array((size_t)n, sizeof *ds->class_name);
	for (; ds->classes < n; ds->classes++) {
		snprintf(name, sizeof name, "%lld", (long long)seen[ds->classes]);
		ds->class_name[ds->classes] = mem_text(name);
	}
	if (check_count(ds, what, beside, e) < 0 || alloc_rows(ds, e) < 0)
		return -1;
	for (size_t i = 0; i < ds->n; i++) {
		ds->y[i] = find_label(seen, n, label[i]);
		ds->unlabelled += ds->y[i] < 0;
	}
	return 0;
}
