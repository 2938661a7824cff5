/* logit_file.c: files of a teacher's outputs: read, matched to rows, gathered. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/logit_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/read/jsonlines.h"
#include "retort/kd/logit_top.h"
#include "retort/kd/top_logits.h"

#define LIMIT ((size_t)1 << 32) /* bytes of a file of JSON lines */

/* Numbers of a position as they are kept. */
static size_t
width_of(const struct logit_file *a)
{
	return a->top ? 2 * a->top + 1 : a->classes;
}

/* Allocate and fill a->logit, and a->id where the first column has ids. */
static int
convert_table(const struct logit_table *t, const struct logit_file_options *o, struct logit_file *a,
	      struct err *e)
{
	size_t first = o->ids ? 1 : 0, n = t->rows * t->positions;

	if (t->columns < first + 2)
		return err_set(e, "%s: %zu column%s (expected at least two classes%s)", t->path,
			       t->columns, t->columns == 1 ? "" : "s",
			       first ? " after the ids" : "");
	if (o->ids && t->positions > 1)
		return err_set(e, "%s: `ids` needs two dimensions; name a file of row numbers",
			       t->path);
	if (a->kind == LOGIT_KIND_AUTO && logit_kind_find(t, first, &a->kind, e) < 0)
		return -1;
	a->rows = t->rows;
	a->positions = t->positions;
	a->classes = t->columns - first;
	a->logit = mem_try(n, a->classes * sizeof *a->logit);
	a->id = o->ids ? mem_array(a->rows, sizeof *a->id) : NULL;
	if (!a->logit)
		return err_set(e, "%s: no memory for %zu rows of %zu numbers", t->path, n,
			       a->classes);
	for (size_t i = 0; i < n; i++) {
		size_t id;

		if (o->ids && logit_table_integer(t, i * t->columns, UINT32_MAX, &id, e) < 0)
			return -1;
		if (o->ids)
			a->id[i] = (int64_t)id;
		if (logit_kind_convert(t, i, first, a->kind, a->logit + i * a->classes, e) < 0)
			return -1;
	}
	return 0;
}

static int
read_table(const char *path, const struct logit_file_options *o, struct logit_file *a,
	   struct err *e)
{
	struct logit_table t;
	int status;

	if (logit_table_open(&t, path, e) < 0)
		return -1;
	status = convert_table(&t, o, a, e);
	if (status == 0)
		a->hash = hash_of(t.bytes, t.size);
	logit_table_release(&t);
	return status;
}

/* Take the largest classes of each position. */
static void
take_top(struct logit_top *t, struct logit_file *a)
{
	a->rows = t->rows;
	a->positions = t->positions;
	a->top = t->k;
	a->logit = t->packed;
	a->id = t->id;
	a->name = t->name;
	a->names = t->names;
	a->cut = t->cut;
	a->largest = t->largest;
	a->largest_row = t->largest_row;
	a->hash = t->hash;
}

static int
read_lines(const char *path, const struct logit_file_options *o, struct logit_file *a,
	   struct err *e)
{
	struct logit_top top;
	char *bytes;
	size_t size;
	int status;

	if (o->kind != LOGIT_KIND_AUTO && o->kind != LOGIT_KIND_LOG_PROBABILITIES)
		return err_set(e, "%s: JSON lines hold log-probabilities; `%s` does not apply",
			       path, logit_kind_name[o->kind]);
	if (o->ids)
		return err_set(e,
			       "%s: JSON lines give the row number as \"row\"; `ids` does not "
			       "apply",
			       path);
	if (io_read(path, LIMIT, &bytes, &size, e) < 0)
		return -1;
	status = logit_top_lines(path, bytes, size, &top, e);
	mem_free(bytes);
	if (status == 0)
		take_top(&top, a);
	a->kind = LOGIT_KIND_LOG_PROBABILITIES;
	return status;
}

/* Whether the file begins as JSON lines do. */
static int
is_lines(const char *path, bool *yes, struct err *e)
{
	char bytes[4096];
	size_t size;
	int fd = io_open_read(path, &size, e);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = io_read_some(fd, bytes, sizeof bytes);
	io_close(fd);
	*yes = n > 0 && jsonlines_is(bytes, (size_t)n);
	return 0;
}

static int
read_outputs(const char *path, const struct logit_file_options *o, struct logit_file *a,
	     struct err *e)
{
	struct logit_top top;
	bool lines;

	if (o->top && o->ids)
		return err_set(e, "%s: `ids` needs a column of row numbers; name a file of them",
			       path);
	if (o->top) {
		if (logit_top_arrays(o->top, path, &a->kind, &top, e) < 0)
			return -1;
		take_top(&top, a);
		return 0;
	}
	if (is_lines(path, &lines, e) < 0)
		return -1;
	return lines ? read_lines(path, o, a, e) : read_table(path, o, a, e);
}

static int
read_ids(const char *path, struct logit_file *a, struct err *e)
{
	struct logit_table t;
	struct hash ids;
	int status = 0;

	if (a->id)
		return err_set(e, "%s: the outputs give row numbers themselves", path);
	if (logit_table_open(&t, path, e) < 0)
		return -1;
	if (t.columns != 1 || t.rows != a->rows)
		status = err_set(e,
				 "%s: %zu rows of %zu column%s (expected %zu rows of one, the row "
				 "number of each row of outputs)",
				 path, t.rows, t.columns, t.columns == 1 ? "" : "s", a->rows);
	a->id = mem_array(a->rows, sizeof *a->id);
	for (size_t i = 0; i < a->rows && status == 0; i++) {
		size_t id = 0;

		status = logit_table_integer(&t, i, UINT32_MAX, &id, e);
		a->id[i] = (int64_t)id;
	}
	ids = hash_of(t.bytes, t.size);
	a->hash = hash_join(&a->hash, &ids);
	logit_table_release(&t);
	return status;
}

/* The hash of a dense file joins the options that were there when recordings began to have it. */
static void
join_options(struct logit_file *a, const struct logit_file_options *o)
{
	struct hash how;
	char text[40];

	snprintf(text, sizeof text, "%d %d", a->kind == LOGIT_KIND_PROBABILITIES, o->ids);
	how = hash_of(text, strlen(text));
	a->hash = hash_join(&a->hash, &how);
}

int
logit_file_read(const char *path, const struct logit_file_options *o, struct logit_file **out,
		struct err *e)
{
	struct logit_file *a = mem_new(sizeof *a);
	int status;

	a->kind = o->kind;
	if (o->kind == LOGIT_KIND_AUTO && o->recorded && !o->top)
		a->kind = LOGIT_KIND_LOGITS;
	status = read_outputs(path, o, a, e);
	if (status == 0)
		join_options(a, o);
	if (status == 0 && o->ids_path)
		status = read_ids(o->ids_path, a, e);
	if (status < 0)
		logit_file_free(a);
	else
		*out = a;
	return status;
}

static void
free_names(struct logit_file *a)
{
	for (size_t i = 0; i < a->names; i++)
		mem_free(a->name[i]);
	mem_free(a->name);
	a->name = NULL;
	a->names = 0;
}

void
logit_file_free(struct logit_file *a)
{
	if (!a)
		return;
	free_names(a);
	mem_free(a->logit);
	mem_free(a->id);
	mem_free(a->at);
	mem_free(a);
}

/* Class of a name in the data: of next-token data its token id as digits. */
static int
find_class(const struct dataset *ds, const char *name, size_t *out, struct err *e)
{
	int64_t id;

	for (int c = 0; ds->class_name && c < ds->classes; c++)
		if (strcmp(ds->class_name[c], name) == 0) {
			*out = (size_t)c;
			return 0;
		}
	if (!ds->class_name && text_to_int(name, &id) == 0 && id >= 0 && id < ds->classes) {
		*out = (size_t)id;
		return 0;
	}
	return err_set(e,
		       ds->class_name ? "'%.60s' is none of the %d classes of the data"
				      : "'%.60s' is not a token id (expected 0 to %d)",
		       name, ds->class_name ? ds->classes : ds->classes - 1);
}

/* Replace indices of names by class ids. */
static int
bind_names(struct logit_file *a, const struct dataset *ds, struct err *e)
{
	size_t *class = mem_array(a->names, sizeof *class), n = a->rows * a->positions;
	int status = 0;

	for (size_t i = 0; i < a->names && status == 0; i++)
		status = find_class(ds, a->name[i], &class[i], e);
	for (size_t i = 0; i < n && status == 0; i++)
		for (size_t c = 0; c < a->top; c++) {
			real *id = &a->logit[i * width_of(a) + c];

			*id = (real) class[(size_t)*id];
		}
	mem_free(class);
	if (status == 0)
		free_names(a);
	return status;
}

static int
bind_classes(struct logit_file *a, const struct dataset *ds, struct err *e)
{
	size_t classes = (size_t)ds->classes, positions = ds->next_token ? ds->length : 1;

	if (a->positions != positions)
		return err_set(e, "%zu position%s in each row (expected %zu%s)", a->positions,
			       a->positions == 1 ? "" : "s", positions,
			       ds->next_token ? ", the length of a row of the data" : "");
	if (!a->top)
		return a->classes == classes
			       ? 0
			       : err_set(e,
					 "%zu columns of outputs (expected %zu, the classes of "
					 "the data)",
					 a->classes, classes);
	if (a->top >= classes)
		return err_set(e,
			       "%zu classes in each position (expected fewer than %zu, the "
			       "classes of the data)",
			       a->top, classes);
	if (a->names)
		return bind_names(a, ds, e);
	if (a->largest >= classes)
		return err_set(e, "row %zu: invalid class %zu (expected 0 to %zu)", a->largest_row,
			       a->largest, classes - 1);
	return 0;
}

int
logit_file_bind(struct logit_file *a, const struct dataset *ds, struct err *e)
{
	size_t rows = ds->n;

	if (bind_classes(a, ds, e) < 0)
		return -1;
	a->classes = (size_t)ds->classes;
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

/* Kept numbers of a row of the data. */
static const real *
row_at(const struct logit_file *a, int32_t row)
{
	return a->logit + (size_t)a->at[row] * a->positions * width_of(a);
}

/* All classes of one position: those that are left out share the tail. */
static void
spread_top(const struct logit_file *a, const real *packed, real *out)
{
	size_t k = a->top;
	real rest = packed[2 * k] - REAL_LOG((real)(a->classes - k));

	for (size_t c = 0; c < a->classes; c++)
		out[c] = rest;
	for (size_t c = 0; c < k; c++)
		out[(size_t)packed[c]] = packed[k + c];
}

void
logit_file_gather(const struct logit_file *a, const int32_t *row, size_t n, real *out)
{
	size_t width = a->positions * a->classes;

	for (size_t i = 0; i < n; i++, out += width) {
		const real *from = row_at(a, row[i]);

		if (!a->top)
			memcpy(out, from, width * sizeof *out);
		for (size_t p = 0; a->top && p < a->positions; p++)
			spread_top(a, from + p * width_of(a), out + p * a->classes);
	}
}

void
logit_file_top(const struct logit_file *a, const int32_t *row, size_t n, int32_t *id, real *logit,
	       real *tail)
{
	for (size_t i = 0; i < n; i++)
		for (size_t p = 0; p < a->positions; p++, id += a->top, logit += a->top, tail++)
			top_logits_unpack(row_at(a, row[i]) + p * width_of(a), a->top, id, logit,
					  tail);
}
