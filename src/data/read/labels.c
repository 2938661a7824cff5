/* labels.c: labels in a file of their own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/labels.h"

#include "retort/base/gzip.h"
#include "retort/base/mem.h"
#include "retort/data/classes.h"
#include "retort/data/read/csvfile.h"

static int
check_array(const struct idxfile *labels, const struct dataset *ds, struct err *e)
{
	if (labels->rank != 1)
		return err_set(e, "labels: %d dimensions (expected one)", labels->rank);
	if (labels->type == IDXFILE_F32 || labels->type == IDXFILE_F64)
		return err_set(e, "labels: type 0x%02X (expected an integer type)",
			       (unsigned)labels->type);
	if (labels->len != ds->n)
		return err_set(e, "%zu labels for %zu rows", labels->len, ds->n);
	return 0;
}

int
labels_set(const struct idxfile *labels, bool beside, struct dataset *ds, struct err *e)
{
	int64_t *label;
	int status;

	if (check_array(labels, ds, e) < 0)
		return -1;
	label = mem_try(ds->n, sizeof *label);
	if (!label)
		return err_set(e, "no memory for the labels of %zu rows", ds->n);
	for (size_t i = 0; i < ds->n; i++)
		label[i] = (int64_t)idxfile_at(labels, i);
	status = classes_set_numbers(ds, label, "labels", beside, e);
	mem_free(label);
	return status;
}

static int
parse_array(const char *bytes, size_t size, bool beside, struct dataset *ds, struct err *e)
{
	struct idxfile labels;

	return idxfile_parse(bytes, size, &labels, e) < 0 ? -1 : labels_set(&labels, beside, ds, e);
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

int
labels_read(const char *path, bool beside, struct dataset *ds, struct err *e)
{
	struct hash hash;
	size_t size;
	char *bytes;
	int status;

	if (gzip_read(path, LABELS_LIMIT, &bytes, &size, e) < 0)
		return err_wrap(e, "labels-from");
	hash = hash_of(bytes, size);
	ds->hash = hash_join(&ds->hash, &hash);
	status = idxfile_is(bytes, size) ? parse_array(bytes, size, beside, ds, e)
					 : parse_column(bytes, size, beside, ds, e);
	mem_free(bytes);
	return status < 0 ? err_wrap(e, "labels-from %s", path) : 0;
}
