/* dataset.c: a table of text becomes x[n,d] and y[n]. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/dataset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"

#define LEAST_ROWS 10

static const char *const bundled[] = { "digits" };

const char *
dataset_bundled_name(size_t i)
{
	return i < sizeof bundled / sizeof *bundled ? bundled[i] : NULL;
}

char *
dataset_bundled(const char *name, struct err *e)
{
	const char *dirs[] = { getenv("RETORT_DATADIR"), RETORT_SRCDIR "/datasets", RETORT_PKGDATADIR };
	char file[80];
	struct text looked = { 0 };

	snprintf(file, sizeof file, "%s.csv", name);
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		char *path;

		if (!dirs[i] || !dirs[i][0])
			continue;
		path = io_join(dirs[i], file);
		if (io_exists(path)) {
			text_release(&looked);
			return path;
		}
		text_addf(&looked, "%s%s", looked.len ? ", " : "", path);
		mem_free(path);
	}
	err_set(e, "data set %s: not found; looked for %s", name, text_get(&looked));
	text_release(&looked);
	return NULL;
}

/* The cell without blanks around it, in a buffer that the next call reuses. */
struct trimmed {
	char s[128];
	bool cut; /* longer than fits: no number */
};

static void
trim(const char *cell, struct trimmed *out)
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

static bool
is_missing(const struct trimmed *t)
{
	return t->s[0] == '\0' || strcmp(t->s, "NA") == 0 || strcmp(t->s, "?") == 0 || strcmp(t->s, "-") == 0;
}

static bool
is_number(const struct trimmed *t)
{
	double x;

	return !t->cut && text_to_double(t->s, &x) == 0;
}

static const char *
cell_at(const struct csvfile *t, size_t row, size_t column)
{
	return t->cell[row * t->columns + column];
}

/* A header is a first row with a word where the second row has a number. */
static bool
has_header(const struct csvfile *t, enum dataset_header how)
{
	struct trimmed first, second;

	if (how != DATASET_HEADER_AUTO || t->rows < 2)
		return how == DATASET_HEADER_YES;
	for (size_t c = 0; c < t->columns; c++) {
		trim(cell_at(t, 0, c), &first);
		trim(cell_at(t, 1, c), &second);
		if (!is_missing(&first) && !is_number(&first) && (is_missing(&second) || is_number(&second)))
			return true;
	}
	return false;
}

static int
no_column(const struct csvfile *t, const char *label, bool header, struct err *e)
{
	struct text names = { 0 };
	int status;

	if (!header)
		return err_set(e, "label '%s': no such column; columns are 1..%zu", label, t->columns);
	for (size_t c = 0; c < t->columns && names.len < 160; c++)
		text_addf(&names, "%s%s", c ? ", " : "", cell_at(t, 0, c));
	status = err_set(e, "label '%s': no such column; columns are %s%s", label, text_get(&names),
			 names.len >= 160 ? " ..." : "");
	text_release(&names);
	return status;
}

static int
find_label(const struct csvfile *t, const char *label, bool header, size_t *out, struct err *e)
{
	int64_t n;

	if (!label) {
		*out = t->columns - 1;
		return 0;
	}
	for (size_t c = 0; header && c < t->columns; c++)
		if (strcmp(cell_at(t, 0, c), label) == 0) {
			*out = c;
			return 0;
		}
	if (text_to_int(label, &n) == 0 && n >= 1 && (size_t)n <= t->columns) {
		*out = (size_t)n - 1;
		return 0;
	}
	return no_column(t, label, header, e);
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

/* Every distinct label, in natural order. */
static int
collect_classes(const struct csvfile *t, size_t first, size_t label, struct dataset *ds, struct err *e)
{
	size_t cap = 0;
	bool numbers = true;
	struct trimmed cell;

	for (size_t r = first; r < t->rows; r++) {
		trim(cell_at(t, r, label), &cell);
		if (is_missing(&cell) || class_of(ds, cell.s) >= 0)
			continue;
		if (ds->classes == DATASET_CLASSES)
			return err_set(e, "label column %zu: more than %d classes; is it a column of numbers?", label + 1,
				       DATASET_CLASSES);
		numbers &= is_number(&cell);
		mem_grow(&ds->class_name, &cap, (size_t)ds->classes + 1, sizeof *ds->class_name);
		ds->class_name[ds->classes++] = mem_text(cell.s);
	}
	if (ds->classes < 2)
		return err_set(e, "label column %zu: %d class%s, at least 2 are needed", label + 1, ds->classes,
			       ds->classes == 1 ? "" : "es");
	qsort(ds->class_name, (size_t)ds->classes, sizeof *ds->class_name, numbers ? by_number : by_bytes);
	return 0;
}

static int
bad_cell(const struct csvfile *t, const struct dataset *ds, size_t row, size_t c, size_t k, const char *cell,
	 struct err *e)
{
	return err_set(e, "row %zu (line %zu), column %zu '%s': '%.60s' is not a finite number", row + 1, t->line[row],
		       c + 1, ds->column[k], cell);
}

static int
fill(const struct csvfile *t, size_t first, size_t label, struct dataset *ds, struct err *e)
{
	struct trimmed cell;

	for (size_t i = 0; i < ds->n; i++) {
		size_t k = 0;

		for (size_t c = 0; c < t->columns; c++) {
			double x = NAN;

			trim(cell_at(t, first + i, c), &cell);
			if (c == label) {
				ds->y[i] = is_missing(&cell) ? -1 : class_of(ds, cell.s);
				ds->unlabelled += ds->y[i] < 0;
				continue;
			}
			if (is_missing(&cell))
				ds->missing++;
			else if (cell.cut || text_to_double(cell.s, &x) < 0 || !isfinite((float)x))
				return bad_cell(t, ds, first + i, c, k, cell.s, e);
			ds->x[i * ds->d + k++] = (float)x;
		}
	}
	return 0;
}

static void
name_columns(const struct csvfile *t, bool header, size_t label, struct dataset *ds)
{
	char name[32];
	size_t k = 0;

	ds->column = mem_array(ds->d, sizeof *ds->column);
	for (size_t c = 0; c < t->columns; c++) {
		if (c == label)
			continue;
		snprintf(name, sizeof name, "x%zu", k + 1);
		ds->column[k++] = mem_text(header ? cell_at(t, 0, c) : name);
	}
}

int
dataset_from_table(const struct csvfile *t, const struct dataset_options *o, struct dataset **out, struct err *e)
{
	bool header = has_header(t, o->header);
	size_t first = header ? 1 : 0, label = 0;
	struct dataset *ds;
	int status;

	if (t->columns < 2)
		return err_set(e, "%zu column: a label and at least one feature are needed", t->columns);
	if (t->rows - first < LEAST_ROWS)
		return err_set(e, "%zu rows: at least %d are needed", t->rows - first, LEAST_ROWS);
	if (find_label(t, o->label, header, &label, e) < 0)
		return -1;
	ds = mem_new(sizeof *ds);
	ds->n = t->rows - first;
	ds->d = t->columns - 1;
	name_columns(t, header, label, ds);
	ds->x = mem_try(ds->n * ds->d, sizeof *ds->x);
	ds->y = mem_try(ds->n, sizeof *ds->y);
	if (!ds->x || !ds->y)
		status = err_set(e, "no memory for %zu rows of %zu features", ds->n, ds->d);
	else
		status = collect_classes(t, first, label, ds, e);
	if (status == 0)
		status = fill(t, first, label, ds, e);
	if (status < 0) {
		dataset_free(ds);
		return -1;
	}
	*out = ds;
	return 0;
}

static void
name_set(struct dataset *ds, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	size_t len = dot && dot != base ? (size_t)(dot - base) : strlen(base);

	snprintf(ds->name, sizeof ds->name, "%.*s", (int)(len < 60 ? len : 60), base);
}

int
dataset_read(const char *path, const struct dataset_options *o, struct dataset **out, struct err *e)
{
	size_t size;
	char *bytes;
	struct csvfile t;
	struct hash h;
	int status;

	if (csvfile_read(path, &t, e) < 0)
		return -1;
	status = dataset_from_table(&t, o, out, e);
	csvfile_release(&t);
	if (status < 0)
		return err_wrap(e, "%s", path);
	if (io_read(path, (size_t)1 << 30, &bytes, &size, e) < 0) {
		dataset_free(*out);
		*out = NULL;
		return -1;
	}
	h = hash_of(bytes, size);
	mem_free(bytes);
	(*out)->hash = h;
	name_set(*out, path);
	return 0;
}

void
dataset_free(struct dataset *ds)
{
	if (!ds)
		return;
	for (size_t i = 0; ds->column && i < ds->d; i++)
		mem_free(ds->column[i]);
	for (int i = 0; i < ds->classes; i++)
		mem_free(ds->class_name[i]);
	mem_free(ds->column);
	mem_free(ds->class_name);
	mem_free(ds->x);
	mem_free(ds->y);
	mem_free(ds);
}
