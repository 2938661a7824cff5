/* logit_file.c: files of logits or probabilities of a teacher: read, match to rows, write. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/logit_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/read/csvfile.h"
#include "retort/data/read/npyfile.h"

#define LIMIT ((size_t)1 << 32) /* bytes of a file */
#define LEAST 1e-30             /* smaller probabilities count as this, so that the log is finite */
#define MOST 1e30               /* limit of a logit: differences stay finite in float */

/* A table of numbers from CSV or .npy. */
struct table {
	char *bytes;
	size_t size, rows, columns;
	bool is_npy;
	struct array npy;
	struct csvfile csv;
	const char *path;
};

static void
close_table(struct table *t)
{
	csvfile_release(&t->csv);
	mem_free(t->bytes);
}

/* One dimension is one column. */
static int
parse_array(struct table *t, struct err *e)
{
	struct array *a = &t->npy;

	if (npyfile_parse(t->bytes, t->size, a, e) < 0)
		return -1;
	if (array_is_text(a))
		return err_set(e, "texts of type %s (expected numbers)", array_type_name(a->type));
	if (a->rank > 2)
		return err_set(e, "%d dimensions (expected two, rows and classes)", a->rank);
	t->rows = a->dim[0];
	t->columns = a->len / a->dim[0];
	return 0;
}

static int
parse_csv(struct table *t, struct err *e)
{
	if (csvfile_parse(t->bytes, t->size, ',', &t->csv, e) < 0)
		return -1;
	t->rows = t->csv.rows;
	t->columns = t->csv.columns;
	return 0;
}

static int
open_table(struct table *t, const char *path, struct err *e)
{
	memset(t, 0, sizeof *t);
	t->path = path;
	if (io_read(path, LIMIT, &t->bytes, &t->size, e) < 0)
		return -1;
	t->is_npy = npyfile_is(t->bytes, t->size);
	if ((t->is_npy ? parse_array(t, e) : parse_csv(t, e)) < 0) {
		close_table(t);
		return err_wrap(e, "%s", path);
	}
	return 0;
}

/* Set the error for a number: its place, its value as written, and `what`. */
static int
refuse(const struct table *t, size_t row, size_t column, const char *what, struct err *e)
{
	if (t->is_npy)
		return err_set(e, "%s: row %zu, column %zu: %g %s", t->path, row + 1, column + 1,
			       array_at(&t->npy, row * t->columns + column), what);
	return err_set(e, "%s: line %zu, column %zu: '%.40s' %s", t->path, t->csv.line[row],
		       column + 1, t->csv.cell[row * t->columns + column], what);
}

static int
read_number(const struct table *t, size_t row, size_t column, double *out, struct err *e)
{
	size_t i = row * t->columns + column;

	if (t->is_npy)
		*out = array_at(&t->npy, i);
	else if (text_to_double(t->csv.cell[i], out) < 0)
		return refuse(t, row, column, "is not a finite number", e);
	return isfinite(*out) ? 0 : refuse(t, row, column, "is not a finite number", e);
}

static int
read_logit(const struct table *t, size_t row, size_t column, real *out, struct err *e)
{
	double z;

	if (read_number(t, row, column, &z, e) < 0)
		return -1;
	if (fabs(z) > MOST)
		return refuse(t, row, column, "is out of range (expected -1e30 to 1e30)", e);
	*out = (real)z;
	return 0;
}

static int
read_probabilities(const struct table *t, size_t row, size_t first, real *out, struct err *e)
{
	double p, sum = 0;

	for (size_t c = first; c < t->columns; c++) {
		if (read_number(t, row, c, &p, e) < 0)
			return -1;
		if (p < 0)
			return refuse(t, row, c, "is a negative probability", e);
		sum += p;
		out[c - first] = (real)log(fmax(p, LEAST));
	}
	if (!(fabs(sum - 1) <= 1e-3))
		return err_set(e,
			       "%s: %s %zu: the sum of probabilities is %.6g (expected 1 within "
			       "0.001); are they logits?",
			       t->path, t->is_npy ? "row" : "line",
			       t->is_npy ? row + 1 : t->csv.line[row], sum);
	return 0;
}

static int
read_id(const struct table *t, size_t row, int64_t *out, struct err *e)
{
	double x;

	if (read_number(t, row, 0, &x, e) < 0)
		return -1;
	if (x < 0 || x > UINT32_MAX || x != floor(x))
		return refuse(t, row, 0, "is not a row number (expected 0, 1, 2 ...)", e);
	*out = (int64_t)x;
	return 0;
}

/* Allocate and fill a->logit, and a->id where the first column has ids. */
static int
read_rows(const struct table *t, const struct logit_file_options *o, struct logit_file *a,
	  struct err *e)
{
	size_t first = o->ids ? 1 : 0;

	if (t->columns < first + 2)
		return err_set(e, "%s: %zu column%s (expected at least two classes%s)", t->path,
			       t->columns, t->columns == 1 ? "" : "s",
			       first ? " after the ids" : "");
	a->rows = t->rows;
	a->classes = t->columns - first;
	a->logit = mem_try(a->rows * a->classes, sizeof *a->logit);
	if (o->ids || o->ids_path)
		a->id = mem_array(a->rows, sizeof *a->id);
	if (!a->logit)
		return err_set(e, "%s: no memory for %zu rows of %zu numbers", t->path, a->rows,
			       a->classes);
	for (size_t i = 0; i < a->rows; i++) {
		real *out = a->logit + i * a->classes;

		if (o->ids && read_id(t, i, &a->id[i], e) < 0)
			return -1;
		if (o->probabilities && read_probabilities(t, i, first, out, e) < 0)
			return -1;
		for (size_t c = first; c < t->columns && !o->probabilities; c++)
			if (read_logit(t, i, c, &out[c - first], e) < 0)
				return -1;
	}
	return 0;
}

static int
read_ids(const char *path, struct logit_file *a, struct err *e)
{
	struct table t;
	int status = 0;

	if (open_table(&t, path, e) < 0)
		return -1;
	if (t.columns != 1 || t.rows != a->rows)
		status = err_set(e,
				 "%s: %zu rows of %zu column%s (expected %zu rows of one, the row "
				 "number of each row of outputs)",
				 path, t.rows, t.columns, t.columns == 1 ? "" : "s", a->rows);
	for (size_t i = 0; i < a->rows && status == 0; i++)
		status = read_id(&t, i, &a->id[i], e);
	if (status == 0) {
		struct hash ids = hash_of(t.bytes, t.size);

		a->hash = hash_join(&a->hash, &ids);
	}
	close_table(&t);
	return status;
}

int
logit_file_read(const char *path, const struct logit_file_options *o, struct logit_file **out,
		struct err *e)
{
	struct logit_file *a = mem_new(sizeof *a);
	struct hash file, how;
	struct table t;
	char text[40];
	int status;

	if (open_table(&t, path, e) < 0) {
		mem_free(a);
		return -1;
	}
	snprintf(text, sizeof text, "%d %d", o->probabilities, o->ids);
	file = hash_of(t.bytes, t.size);
	how = hash_of(text, strlen(text));
	a->hash = hash_join(&file, &how);
	status = read_rows(&t, o, a, e);
	close_table(&t);
	if (status == 0 && o->ids_path)
		status = read_ids(o->ids_path, a, e);
	if (status < 0)
		logit_file_free(a);
	else
		*out = a;
	return status;
}

void
logit_file_free(struct logit_file *a)
{
	if (!a)
		return;
	mem_free(a->logit);
	mem_free(a->id);
	mem_free(a->at);
	mem_free(a);
}

int
logit_file_bind(struct logit_file *a, size_t rows, size_t classes, struct err *e)
{
	if (a->classes != classes)
		return err_set(e, "%zu columns of outputs (expected %zu, the classes of the data)",
			       a->classes, classes);
	if (!a->id && a->rows != rows)
		return err_set(
			e,
			"%zu rows of outputs, but %zu rows of data; `ids` gives their row numbers",
			a->rows, rows);
	mem_free(a->at);
	a->at = mem_array(rows, sizeof *a->at);
	a->data_rows = rows;
	for (size_t i = 0; i < rows; i++)
		a->at[i] = -1;
	for (size_t i = 0; i < a->rows; i++) {
		size_t id = a->id ? (size_t)a->id[i] : i;

		if (id >= rows)
			return err_set(e, "row %zu: invalid row number %zu (expected 0 to %zu)",
				       i + 1, id, rows - 1);
		if (a->at[id] >= 0)
			return err_set(e, "row %zu: duplicate row number %zu, as of row %d", i + 1,
				       id, a->at[id] + 1);
		a->at[id] = (int32_t)i;
	}
	return 0;
}

int
logit_file_check(const struct logit_file *a, const uint32_t *row, size_t n, struct err *e)
{
	size_t least = a->data_rows;

	for (size_t i = 0; i < n; i++)
		if (a->at[row[i]] < 0 && row[i] < least)
			least = row[i];
	return least == a->data_rows ? 0 : err_set(e, "no outputs for row %zu of the data", least);
}

void
logit_file_gather(const struct logit_file *a, const int32_t *row, size_t n, real *out)
{
	for (size_t i = 0; i < n; i++)
		memcpy(out + i * a->classes, a->logit + (size_t)a->at[row[i]] * a->classes,
		       a->classes * sizeof *out);
}

static bool
ends_in_npy(const char *path)
{
	size_t len = strlen(path);

	return len > 4 && strcmp(path + len - 4, ".npy") == 0;
}

static int
write_npy(const char *path, const float *logit, size_t rows, size_t classes, struct err *e)
{
	char head[NPYFILE_HEADER];
	const void *part[] = { head, NULL };
	size_t size[] = { sizeof head, 4 * rows * classes };
	unsigned char *bytes = mem_try(rows * classes, 4);
	int status;

	if (!bytes)
		return err_set(e, "no memory for %zu rows of %zu numbers", rows, classes);
	for (size_t i = 0; i < rows * classes; i++) {
		uint32_t bits;

		memcpy(&bits, &logit[i], sizeof bits);
		for (int k = 0; k < 4; k++)
			bytes[4 * i + (size_t)k] = (unsigned char)(bits >> 8 * k);
	}
	npyfile_header(rows, classes, head);
	part[1] = bytes;
	status = io_write(path, part, size, 2, e);
	mem_free(bytes);
	return status;
}

int
logit_file_write(const char *path, const float *logit, size_t rows, size_t classes, struct err *e)
{
	struct text t = { 0 };
	const void *part[1];
	int status;

	if (ends_in_npy(path))
		return write_npy(path, logit, rows, classes, e);
	for (size_t i = 0; i < rows * classes; i++)
		text_addf(&t, "%.9g%s", (double)logit[i], (i + 1) % classes ? "," : "\n");
	part[0] = text_get(&t);
	status = io_write(path, part, &t.len, 1, e);
	text_release(&t);
	return status;
}
