/* labels.c: labels in a file of their own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/labels.h"

#include <math.h>

#include "retort/base/filestamp.h"
#include "retort/base/magic.h"
#include "retort/base/mem.h"
#include "retort/base/npz.h"
#include "retort/base/text.h"
#include "retort/data/classes.h"
#include "retort/data/read/csvfile.h"
#include "retort/data/read/idxfile.h"
#include "retort/data/read/npyfile.h"

static int
check_array(const struct array *labels, const struct dataset *ds, struct err *e)
{
	struct text shape = { 0 };
	int status = 0;

	array_add_shape(labels, &shape);
	if (labels->len != labels->dim[0])
		status = err_set(e,
				 "labels of shape %s (expected one label for each row; of one-hot "
				 "rows save the index, as of .argmax(1))",
				 text_get(&shape));
	else if (labels->len != ds->n)
		status = err_set(e, "%zu labels for %zu rows", labels->len, ds->n);
	text_release(&shape);
	return status;
}

static int
set_texts(const struct array *labels, bool beside, struct dataset *ds, struct err *e)
{
	struct classes_reader reader = { .what = "labels", .beside = beside };
	char text[2 * sizeof(struct classes_cell)];

	for (size_t i = 0; i < ds->n; i++) {
		if (!array_text(labels, i, text, sizeof text))
			return err_set(e,
				       "label %zu: not a valid text (expected at most %zu bytes of "
				       "UTF-8)",
				       i + 1, sizeof(struct classes_cell) - 2);
		if (classes_add(ds, &reader, i, text, e) < 0)
			return -1;
	}
	return classes_settle(ds, &reader, e);
}

/* Integers as they are; of floats those without a fraction, and NaN as a missing label. */
static int
set_numbers(const struct array *labels, bool beside, struct dataset *ds, struct err *e)
{
	int64_t *label = mem_try(ds->n, sizeof *label);
	int status = label ? 0 : err_set(e, "no memory for the labels of %zu rows", ds->n);

	for (size_t i = 0; i < ds->n && status == 0; i++)
		if (!array_integer(labels, i, &label[i])) {
			label[i] = -1;
			if (!isnan(array_at(labels, i)))
				status = err_set(e,
						 "label %zu: %.17g is not a class (expected an "
						 "integer below 2^63, or NaN for a missing label)",
						 i + 1, array_at(labels, i));
		}
	if (status == 0)
		status = classes_set_numbers(ds, label, "labels", beside, e);
	mem_free(label);
	return status;
}

int
labels_set(const struct array *labels, bool beside, struct dataset *ds, struct err *e)
{
	if (check_array(labels, ds, e) < 0)
		return -1;
	return array_is_text(labels) ? set_texts(labels, beside, ds, e)
				     : set_numbers(labels, beside, ds, e);
}

/* A table with one row more than the set has a header. */
static int
parse_column(const char *bytes, size_t size, bool beside, struct dataset *ds, struct err *e)
{
	struct classes_reader labels = { .what = "labels", .beside = beside };
	struct csvfile t;
	int status = 0;

	if (csvfile_parse(bytes, size, ',', &t, e) < 0)
		return -1;
	if (t.columns != 1)
		status = err_set(e, "%zu columns (expected one, the label)", t.columns);
	else if (t.rows != ds->n && t.rows != ds->n + 1)
		status = err_set(e, "%zu labels for %zu rows", t.rows, ds->n);
	for (size_t i = 0; i < ds->n && status == 0; i++)
		status = classes_add(ds, &labels, i, t.cell[t.rows - ds->n + i], e);
	if (status == 0)
		status = classes_settle(ds, &labels, e);
	csvfile_release(&t);
	return status;
}

static int
parse_array(const char *bytes, size_t size, bool beside, struct dataset *ds, struct err *e)
{
	struct array labels;
	int status = npyfile_is(bytes, size) ? npyfile_parse(bytes, size, &labels, e)
					     : idxfile_parse(bytes, size, &labels, e);

	return status < 0 ? -1 : labels_set(&labels, beside, ds, e);
}

int
labels_read(const char *path, bool beside, struct dataset *ds, struct err *e)
{
	struct filestamp stamp;
	struct hash hash;
	size_t size;
	char *bytes;
	int status;

	stamp = filestamp_take(path);
	if (npz_read(path, LABELS_LIMIT, &bytes, &size, e) < 0)
		return err_wrap(e, "labels-from");
	if (filestamp_check(&stamp, path, e) < 0) {
		mem_free(bytes);
		return err_wrap(e, "labels-from");
	}
	hash = hash_of(bytes, size);
	ds->hash = hash_join(&ds->hash, &hash);
	if (magic_check(bytes, size, e) < 0)
		status = -1;
	else if (idxfile_is(bytes, size) || npyfile_is(bytes, size))
		status = parse_array(bytes, size, beside, ds, e);
	else
		status = parse_column(bytes, size, beside, ds, e);
	mem_free(bytes);
	return status < 0 ? err_wrap(e, "labels-from %s", path) : 0;
}
