/* classes.c: labels become classes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/classes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
classes_is_missing(const struct classes_cell *c)
{
	return c->s[0] == '\0' || strcmp(c->s, "NA") == 0 || strcmp(c->s, "?") == 0 ||
	       strcmp(c->s, "-") == 0;
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
	double x = 0, y = 0;

	text_to_double(*(char *const *)a, &x);
	text_to_double(*(char *const *)b, &y);
	return x < y ? -1 : x > y ? 1 : strcmp(*(char *const *)a, *(char *const *)b);
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

static int
refuse_count(const char *what, struct err *e)
{
	return err_set(e, "%s: more than %d classes; is it a column of numbers?", what,
		       DATASET_CLASSES);
}

/* Two long labels that differ at their ends would be one class. */
static int
refuse_length(const struct classes_cell *cell, const char *what, struct err *e)
{
	return err_set(e,
		       "%s: invalid class '%.40s...' (expected at most %zu bytes); is it a text?",
		       what, cell->s, sizeof cell->s - 1);
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
	int k = -1;

	if (grow_rows(ds, r, row, e) < 0)
		return -1;
	classes_trim(label, &cell);
	if (cell.cut)
		return refuse_length(&cell, r->what, e);
	if (!classes_is_missing(&cell) && (k = find_class(ds, cell.s)) < 0) {
		if (ds->classes == DATASET_CLASSES)
			return refuse_count(r->what, e);
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
	return true;
}

int
classes_settle(struct dataset *ds, struct classes_reader *r, struct err *e)
{
	size_t n = (size_t)ds->classes;
	char **unsorted;
	int32_t *to;

	if (check_count(ds, r->what, r->beside, e) < 0)
		return -1;
	unsorted = mem_array(n, sizeof *unsorted);
	to = mem_array(n, sizeof *to);
	if (n) {
		memcpy(unsorted, ds->class_name, n * sizeof *unsorted);
		qsort(ds->class_name, n, sizeof *ds->class_name,
		      all_numbers(ds) ? compare_numbers : compare_bytes);
	}
	for (size_t i = 0; i < n; i++)
		to[i] = find_class(ds, unsorted[i]);
	for (size_t i = 0; i < ds->n; i++) {
		if (ds->y[i] >= 0)
			ds->y[i] = to[ds->y[i]];
		else
			ds->unlabelled++;
	}
	mem_free(unsorted);
	mem_free(to);
	return 0;
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
	char name[32];
	int n = 0;

	for (size_t i = 0; i < ds->n; i++) {
		if (label[i] < 0 || find_label(seen, n, label[i]) >= 0)
			continue;
		if (n == DATASET_CLASSES)
			return refuse_count(what, e);
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
