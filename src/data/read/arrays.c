/* arrays.c: features in a .npy file become a dataset. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/arrays.h"

#include <math.h>

#include "retort/base/gzip.h"
#include "retort/base/mem.h"
#include "retort/data/classes.h"
#include "retort/data/read/csvfile.h"
#include "retort/data/read/idxfile.h"
#include "retort/data/read/npyfile.h"

#define LABELS ((size_t)1 << 28) /* bytes of a file of labels */

static int
label_numbers(const char *bytes, size_t size, bool beside, struct dataset *ds, struct err *e)
{
	struct idxfile f;
	int64_t *label;
	int status;

	if (idxfile_parse(bytes, size, &f, e) < 0)
		return -1;
	if (f.rank != 1 || f.type == IDXFILE_F32 || f.type == IDXFILE_F64)
		return err_set(e, "IDX: labels are one dimension of whole numbers");
	if (f.len != ds->n)
		return err_set(e, "%zu labels for %zu rows", f.len, ds->n);
	label = mem_try(ds->n, sizeof *label);
	if (!label)
		return err_set(e, "no memory for the labels of %zu rows", ds->n);
	for (size_t i = 0; i < ds->n; i++)
		label[i] = (int64_t)idxfile_at(&f, i);
	status = classes_set_numbers(ds, label, "labels", beside, e);
	mem_free(label);
	return status;
}

static int
label_words(const char *bytes, size_t size, bool beside, struct dataset *ds, struct err *e)
{
	struct csvfile t;
	int status;

	if (csvfile_parse(bytes, size, ',', &t, e) < 0)
		return -1;
	if (t.columns != 1)
		status = err_set(e, "%zu columns: labels are one", t.columns);
	else if (t.rows != ds->n && t.rows != ds->n + 1)
		status = err_set(e, "%zu labels for %zu rows", t.rows, ds->n);
	else
		status = classes_set(ds, t.cell + (t.rows - ds->n), 1, "labels", beside,
				     e); /* one more: a header */
	csvfile_release(&t);
	return status;
}

static int
read_labels(const char *path, bool beside, struct dataset *ds, struct err *e)
{
	struct hash hash;
	size_t size;
	char *bytes;
	int status;

	if (gzip_read(path, LABELS, &bytes, &size, e) < 0)
		return err_wrap(e, "labels-from");
	hash = hash_of(bytes, size);
	ds->hash = hash_join(&ds->hash, &hash);
	status = idxfile_is(bytes, size) ? label_numbers(bytes, size, beside, ds, e)
					 : label_words(bytes, size, beside, ds, e);
	mem_free(bytes);
	return status < 0 ? err_wrap(e, "labels-from %s", path) : 0;
}

static int
fill(const struct npyfile *f, struct dataset *ds, struct err *e)
{
	for (size_t i = 0; i < ds->n * ds->d; i++) {
		ds->x[i] = (float)npyfile_at(f, i);
		ds->missing += isnan(ds->x[i]);
		if (isinf(ds->x[i]))
			return err_set(e, "row %zu, column %zu: not a finite number", i / ds->d + 1,
				       i % ds->d + 1);
	}
	return 0;
}

int
arrays_read(const char *bytes, size_t size, const struct dataset_options *o, struct dataset **out,
	    struct err *e)
{
	struct dataset *ds;
	struct npyfile f;
	int status;

	if (npyfile_parse(bytes, size, &f, e) < 0)
		return -1;
	if (!o->labels_from && !o->unlabelled)
		return err_set(e, "a .npy file has features and no labels; say labels-from FILE");
	if (f.rows < (o->beside ? 1 : DATASET_ROWS) || f.rows > INT32_MAX)
		return err_set(e, "%zu rows are outside %d..%d", f.rows,
			       o->beside ? 1 : DATASET_ROWS, INT32_MAX);
	ds = mem_new(sizeof *ds);
	ds->n = f.rows;
	ds->d = f.columns;
	ds->hash = hash_of(bytes, size);
	ds->x = mem_try(ds->n * ds->d, sizeof *ds->x);
	status = ds->x ? fill(&f, ds, e)
		       : err_set(e, "no memory for %zu rows of %zu numbers", ds->n, ds->d);
	if (status == 0)
		status = o->unlabelled ? classes_none(ds, e)
				       : read_labels(o->labels_from, o->beside, ds, e);
	if (status < 0) {
		dataset_free(ds);
		return -1;
	}
	*out = ds;
	return 0;
}
