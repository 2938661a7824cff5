/* classes.c: labels become classes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/classes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"

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
by_number(const void *a, const void *b)
{
	double x = 0, y = 0;

	text_to_double(*(char *const *)a, &x);
	text_to_double(*(char *const *)b, &y);
	return x < y ? -1 : x > y ? 1 : strcmp(*(char *const *)a, *(char *const *)b);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
class_of(const struct dataset *ds, const char *name)
{
	for (int i = 0; i < ds->classes; i++)
		if (strcmp(ds->class_name[i], name) == 0)
			return i;
	return -1;
}

static int
too_many(const char *what, struct err *e)
{
	return err_set(e, "%s: more than %d classes; is it a column of numbers?", what,
		       DATASET_CLASSES);
}

/* Cut labels could be one class where they are two. */
static int
too_long(const struct classes_cell *cell, const char *what, struct err *e)
{
	return err_set(
		e,
		"%s: '%.40s...' is longer than the %zu bytes that a class may have; is it a text?",
		what, cell->s, sizeof cell->s - 1);
}

static int
enough(const struct dataset *ds, const char *what, bool beside, struct err *e)
{
	if (ds->classes >= 2 || beside)
		return 0;
	if (ds->classes == 0)
		return err_set(e, "%s: no row has a label, and at least 2 classes are needed",
			       what);
	return err_set(e, "%s: %d class%s, at least 2 are needed", what, ds->classes,
		       ds->classes == 1 ? "" : "es");
}

static int
new_rows(struct dataset *ds, struct err *e)
{
	ds->y = mem_try(ds->n, sizeof *ds->y);
	return ds->y ? 0 : err_set(e, "no memory for the labels of %zu rows", ds->n);
}

int
classes_see(struct dataset *ds, size_t *cap, const char *label, const char *what, struct err *e)
{
	struct classes_cell cell;
	int k;

	classes_trim(label, &cell);
	if (cell.cut)
		return too_long(&cell, what, e), CLASSES_BAD;
	if (classes_is_missing(&cell))
		return -1;
	k = class_of(ds, cell.s);
	if (k >= 0)
		return k;
	if (ds->classes == DATASET_CLASSES)
		return too_many(what, e), CLASSES_BAD;
	mem_grow(&ds->class_name, cap, (size_t)ds->classes + 1, sizeof *ds->class_name);
	ds->class_name[ds->classes] = mem_text(cell.s);
	return ds->classes++;
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
classes_settle(struct dataset *ds, const char *what, bool beside, struct err *e)
{
	size_t n = (size_t)ds->classes;
	char **seen;
	int32_t *to;

	if (enough(ds, what, beside, e) < 0)
		return -1;
	seen = mem_array(n, sizeof *seen);
	to = mem_array(n, sizeof *to);
	if (n) {
		memcpy(seen, ds->class_name, n * sizeof *seen);
		qsort(ds->class_name, n, sizeof *ds->class_name,
		      all_numbers(ds) ? by_number : by_bytes);
	}
	for (size_t i = 0; i < n; i++)
		to[i] = class_of(ds, seen[i]);
	for (size_t i = 0; i < ds->n; i++) {
		if (ds->y[i] >= 0)
			ds->y[i] = to[ds->y[i]];
		else
			ds->unlabelled++;
	}
	mem_free(seen);
	mem_free(to);
	return 0;
}

int
classes_set(struct dataset *ds, const char *const *label, size_t stride, const char *what,
	    bool beside, struct err *e)
{
	size_t cap = 0;

	if (new_rows(ds, e) < 0)
		return -1;
	for (size_t i = 0; i < ds->n; i++) {
		ds->y[i] = classes_see(ds, &cap, label[i * stride], what, e);
		if (ds->y[i] == CLASSES_BAD)
			return -1;
	}
	return classes_settle(ds, what, beside, e);
}

int
classes_none(struct dataset *ds, struct err *e)
{
	if (new_rows(ds, e) < 0)
		return -1;
	for (size_t i = 0; i < ds->n; i++)
		ds->y[i] = -1;
	ds->unlabelled = ds->n;
	return 0;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int
place_of(const int64_t *seen, int n, int64_t label)
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
		if (label[i] < 0 || place_of(seen, n, label[i]) >= 0)
			continue;
		if (n == DATASET_CLASSES)
			return too_many(what, e);
		seen[n++] = label[i];
	}
	qsort(seen, (size_t)n, sizeof *seen, by_value);
	ds->class_name = mem_array((size_t)n, sizeof *ds->class_name);
	for (; ds->classes < n; ds->classes++) {
		snprintf(name, sizeof name, "%lld", (long long)seen[ds->classes]);
		ds->class_name[ds->classes] = mem_text(name);
	}
	if (enough(ds, what, beside, e) < 0 || new_rows(ds, e) < 0)
		return -1;
	for (size_t i = 0; i < ds->n; i++) {
		ds->y[i] = place_of(seen, n, label[i]);
		ds->unlabelled += ds->y[i] < 0;
	}
	return 0;
}
