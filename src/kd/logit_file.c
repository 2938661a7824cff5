/* logit_file.c: a teacher's outputs from a file: matched to rows of the data, gathered. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/logit_file.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/kd/top_logits.h"

/* Numbers of a position as they are kept. */
static size_t
width_of(const struct logit_file *a)
{
	return a->top ? 2 * a->top + 1 : a->classes;
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
