/* lossfile.c: files of logits and labels. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/lossfile.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/read/array.h"
#include "retort/data/read/csvfile.h"
#include "retort/data/read/npyfile.h"
#include "retort/kd/logit_table.h"

/* Parse a table; an error begins with its place. */
static int
read_table(const char *name, const char *bytes, size_t size, struct csvfile *t, struct err *e)
{
	struct err why;

	if (csvfile_parse(bytes, size, ',', t, &why) == 0)
		return 0;
	return err_set(e, "%s:%zu:%zu: %s", name, t->bad_line ? t->bad_line : 1,
		       t->bad_column ? t->bad_column : 1, why.msg);
}

static int
read_cell(const char *name, const struct csvfile *t, size_t row, size_t column, double *out,
	  struct err *e)
{
	const char *cell = t->cell[row * t->columns + column];

	if (text_to_double(cell, out) == 0)
		return 0;
	return err_set(e, "%s:%zu:%zu: '%.60s' is not a finite number%s", name, t->line[row],
		       column + 1, cell,
		       row == 0 && logit_table_is_name(cell)
			       ? "; a file of logits must not have a header"
			       : "");
}

static int
allocate_rows(const char *name, size_t rows, size_t columns, struct lossfile *out, struct err *e)
{
	out->rows = rows;
	out->columns = columns;
	out->value = mem_try(rows * columns, sizeof *out->value);
	out->line = mem_try(rows, sizeof *out->line);
	if (!out->value || !out->line)
		return err_set(e, "%s: no memory for %zu rows of %zu classes", name, rows, columns);
	return 0;
}

static int
take_rows(const char *name, const struct csvfile *t, struct lossfile *out, struct err *e)
{
	if (t->columns < 2)
		return err_set(e, "%s:%zu:1: one column (expected at least two classes)", name,
			       t->line[0]);
	if (allocate_rows(name, t->rows, t->columns, out, e) < 0)
		return -1;
	memcpy(out->line, t->line, t->rows * sizeof *out->line);
	for (size_t i = 0; i < t->rows; i++)
		for (size_t c = 0; c < t->columns; c++)
			if (read_cell(name, t, i, c, &out->value[i * t->columns + c], e) < 0)
				return -1;
	return 0;
}

/* Parse the header of an array of numbers; an error begins with its place, row and column 1. */
static int
open_array(const char *name, const char *bytes, size_t size, struct array *a, struct err *e)
{
	if (npyfile_parse(bytes, size, a, e) < 0)
		return err_wrap(e, "%s:1:1", name);
	return array_is_text(a) ? err_set(e, "%s:1:1: texts (expected numbers)", name) : 0;
}

/* Logits of an array [rows, columns]. The line of a row is its number. */
static int
take_array(const char *name, const char *bytes, size_t size, struct lossfile *out, struct err *e)
{
	struct array a;

	if (open_array(name, bytes, size, &a, e) < 0)
		return -1;
	if (a.rank != 2 || a.dim[1] < 2)
		return err_set(
			e,
			"%s:1:1: %d dimension%s, the last of %zu (expected rows and at least "
			"two classes)",
			name, a.rank, a.rank == 1 ? "" : "s", a.dim[a.rank - 1]);
	if (allocate_rows(name, a.dim[0], a.dim[1], out, e) < 0)
		return -1;
	array_doubles(&a, 0, a.len, out->value);
	for (size_t i = 0; i < a.len; i++)
		if (!isfinite(out->value[i]))
			return err_set(e, "%s:%zu:%zu: %g is not a finite number", name,
				       i / a.dim[1] + 1, i % a.dim[1] + 1, out->value[i]);
	for (size_t i = 0; i < a.dim[0]; i++)
		out->line[i] = i + 1;
	return 0;
}

static int
take_table(const char *name, const char *bytes, size_t size, struct lossfile *out, struct err *e)
{
	struct csvfile t;
	int status;

	if (read_table(name, bytes, size, &t, e) < 0)
		return -1;
	status = take_rows(name, &t, out, e);
	csvfile_release(&t);
	return status;
}

int
lossfile_parse(const char *name, const char *bytes, size_t size, struct lossfile *out,
	       struct err *e)
{
	int status;

	memset(out, 0, sizeof *out);
	status = npyfile_is(bytes, size) ? take_array(name, bytes, size, out, e)
					 : take_table(name, bytes, size, out, e);
	if (status < 0)
		lossfile_release(out);
	return status;
}

void
lossfile_release(struct lossfile *f)
{
	mem_free(f->value);
	mem_free(f->line);
	memset(f, 0, sizeof *f);
}

/* Count lines with any line ending; *blank: all are empty. */
static size_t
count_lines(const char *bytes, size_t size, bool *blank)
{
	size_t lines = 0, start = 0;

	*blank = true;
	for (size_t i = 0; i < size; i++) {
		bool ends = bytes[i] == '\n' ||
			    (bytes[i] == '\r' && !(i + 1 < size && bytes[i + 1] == '\n'));

		*blank = *blank && strchr(" \t\r\n", bytes[i]) && bytes[i];
		if (ends) {
			lines++;
			start = i + 1;
		}
	}
	return lines + (start < size);
}

static int
check_label(const char *name, size_t line, int64_t n, size_t classes, int32_t *out, struct err *e)
{
	if (n < -1 || n >= (int64_t)classes)
		return err_set(e,
			       "%s:%zu:1: invalid label %lld (expected 0 to %zu, or -1 for none)",
			       name, line, (long long)n, classes - 1);
	*out = (int32_t)n;
	return 0;
}

static int
read_label(const char *name, const struct csvfile *t, size_t row, size_t classes, int32_t *out,
	   struct err *e)
{
	const char *cell = t->cell[row * t->columns];
	int64_t n = -1;

	if (t->columns != 1)
		return err_set(e, "%s:%zu:2: %zu cells (expected one label)", name, t->line[row],
			       t->columns);
	if (*cell && text_to_int(cell, &n) < 0)
		return err_set(
			e, "%s:%zu:1: invalid label '%.60s' (expected 0 to %zu, or -1 for none)",
			name, t->line[row], cell, classes - 1);
	return check_label(name, t->line[row], n, classes, out, e);
}

/* Labels of an array of integers [rows]. */
static int
array_labels(const char *name, const char *bytes, size_t size, size_t rows, size_t classes,
	     int32_t *label, struct err *e)
{
	struct array a;

	if (open_array(name, bytes, size, &a, e) < 0)
		return -1;
	if (a.rank != 1 || a.len != rows)
		return err_set(e, "%s:1:1: %d dimension%s, %zu labels for %zu rows of logits", name,
			       a.rank, a.rank == 1 ? "" : "s", a.len, rows);
	for (size_t i = 0; i < rows; i++) {
		int64_t n;

		if (!array_integer(&a, i, &n))
			return err_set(e, "%s:%zu:1: invalid label (expected an integer)", name,
				       i + 1);
		if (check_label(name, i + 1, n, classes, &label[i], e) < 0)
			return -1;
	}
	return 0;
}

/* The table reader skips empty lines; here an empty line is a row without a label, so lines are
 * counted. */
static int
table_labels(const char *name, const char *bytes, size_t size, size_t rows, size_t classes,
	     int32_t *label, struct err *e)
{
	bool blank;
	size_t lines = count_lines(bytes, size, &blank), last = 0;
	struct csvfile t = { 0 };
	int status = 0;

	for (size_t i = 0; i < rows; i++)
		label[i] = -1;
	if (!(blank && lines) && read_table(name, bytes, size, &t, e) < 0)
		return -1;
	for (size_t i = 0; i < t.rows && status == 0; i++) {
		last = t.line[i];
		if (last <= rows)
			status = read_label(name, &t, i, classes, &label[last - 1], e);
	}
	csvfile_release(&t);
	if (status == 0 && (last > rows || lines < rows)) {
		size_t have = last > rows ? last : lines;

		status = err_set(e, "%s:%zu:1: %zu labels for %zu rows of logits", name,
				 have < rows ? have : rows + 1, have, rows);
	}
	return status;
}

int
lossfile_labels(const char *name, const char *bytes, size_t size, size_t rows, size_t classes,
		int32_t *label, struct err *e)
{
	return npyfile_is(bytes, size) ? array_labels(name, bytes, size, rows, classes, label, e)
				       : table_labels(name, bytes, size, rows, classes, label, e);
}

int
lossfile_match(const char *s_name, const struct lossfile *s, const char *t_name,
	       const struct lossfile *t, struct err *e)
{
	size_t least = s->columns < t->columns ? s->columns : t->columns;

	if (s->columns != t->columns)
		return err_set(e, "%s:%zu:%zu: %zu columns, but %s has %zu", t_name, t->line[0],
			       t->columns > least ? least + 1 : least, t->columns, s_name,
			       s->columns);
	if (s->rows != t->rows)
		return err_set(e, "%s:%zu:1: %zu rows, but %s has %zu", t_name,
			       t->line[t->rows > s->rows ? s->rows : t->rows - 1], t->rows, s_name,
			       s->rows);
	return 0;
}

char *
lossfile_text(const double *value, size_t rows, size_t columns, size_t *size)
{
	struct text t = { 0 };

	for (size_t i = 0; i < rows; i++)
		for (size_t c = 0; c < columns; c++)
			text_addf(&t, "%.17g%c", value[i * columns + c],
				  c + 1 < columns ? ',' : '\n');
	*size = t.len;
	return t.s;
}
