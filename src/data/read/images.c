/* images.c: IDX images and their labels become a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/images.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/classes.h"
#include "retort/data/read/cells.h"
#include "retort/data/read/features.h"
#include "retort/data/read/idxfile.h"
#include "retort/data/read/labels.h"

static int
check_rows(const struct array *rows, bool beside, struct err *e)
{
	if (array_is_text(rows))
		return err_set(e, "texts of type %s (expected numbers)",
			       array_type_name(rows->type));
	if (rows->rank == 1)
		return err_set(e, "one dimension, as of labels (expected 3 or 4, images)");
	if (rows->dim[0] < (beside ? 1 : DATASET_ROWS) || rows->dim[0] > INT32_MAX)
		return err_set(e, "invalid number of rows %zu (expected %d to %d)", rows->dim[0],
			       beside ? 1 : DATASET_ROWS, INT32_MAX);
	return 0;
}

int
images_channels_last(const struct array *rows, struct err *e)
{
	size_t first = rows->dim[1], last = rows->dim[3];

	if (rows->rank != 4 || !(first == 1 || first == 3 || first == 4) || last == 1 ||
	    last == 3 || last == 4)
		return 0;
	return err_set(
		e,
		"%zu images of shape %zux%zux%zu have their channels first (expected height, "
		"width, channels, as after x.transpose(0, 2, 3, 1))",
		rows->dim[0], first, rows->dim[2], last);
}

static int
refuse_number(size_t row, size_t number, double x, struct err *e)
{
	return err_set(
		e,
		"row %zu, number %zu of it: %g (expected a finite number of at most 1e150 in "
		"size)",
		row + 1, number + 1, x);
}

/* Copy rows of a type that is stored as floats, without a detour over doubles, in large blocks: the
 * system is slower with the pages that a loop over rows touches first. */
static int
copy_floats(const struct array *rows, size_t d, struct cells *c, struct err *e)
{
	size_t n;

	for (size_t i = 0; i < rows->dim[0]; i += n) {
		size_t k = 0;
		float *to;

		n = rows->dim[0] - i;
		to = cells_add_floats(c, &n, e);
		if (!to)
			return -1;
		if (array_floats(rows, i * d, n * d, to))
			continue;
		while (k + 1 < n * d && isfinite(to[k]))
			k++;
		return refuse_number(i + k / d, k % d, (double)to[k], e);
	}
	return 0;
}

/* Convert row by row, so that the doubles of a row stay in the cache. */
static int
copy_doubles(const struct array *rows, size_t d, double *row, struct cells *c, struct err *e)
{
	for (size_t i = 0; i < rows->dim[0]; i++) {
		array_doubles(rows, i * d, d, row);
		for (size_t k = 0; k < d; k++)
			if (!(fabs(row[k]) <= FEATURES_LIMIT))
				return refuse_number(i, k, row[k], e);
		if (cells_add(c, row, e) < 0)
			return -1;
	}
	return 0;
}

static int
copy_rows(const struct array *rows, size_t d, struct cells *c, struct err *e)
{
	double *row;
	int status;

	if (array_has_floats(rows))
		return copy_floats(rows, d, c, e);
	row = mem_try(d, sizeof *row);
	if (!row)
		return err_set(e, "no memory for a row of %zu numbers", d);
	status = copy_doubles(rows, d, row, c, e);
	mem_free(row);
	return status;
}

/* Set the features. */
static int
store_numbers(const struct array *rows, struct dataset *ds, struct err *e)
{
	struct cells cells = { 0 };
	void *all = NULL;

	if (cells_init(&cells, ds->d, ds->n, false, e) == 0 &&
	    copy_rows(rows, ds->d, &cells, e) == 0)
		all = cells_take(&cells, ds->d, NULL, NULL, NULL, e);
	if (cells.wide)
		ds->wide = all;
	else
		ds->x = all;
	ds->rules |= cells.wide ? RULES_BIT(RULES_DOUBLE) : 0;
	cells_release(&cells);
	return all ? 0 : -1;
}

int
images_make(const struct array *rows, bool beside, struct dataset **out, struct err *e)
{
	struct dataset *ds;

	if (check_rows(rows, beside, e) < 0)
		return -1;
	ds = mem_new(sizeof *ds);
	ds->n = rows->dim[0];
	ds->d = rows->len / ds->n;
	if (rows->rank > 2) {
		ds->kind = DATASET_IMAGE;
		ds->height = rows->dim[1];
		ds->width = rows->dim[2];
		ds->channels = rows->rank == 4 ? rows->dim[3] : 1;
	}
	if (store_numbers(rows, ds, e) < 0) {
		dataset_free(ds);
		return -1;
	}
	*out = ds;
	return 0;
}

/* Replace the last occurrence of `from` in a name. Return whether there is one. */
static bool
replace_last(struct text *name, const char *from, const char *to)
{
	const char *last = NULL, *at = text_get(name);
	struct text out = { 0 };

	while ((at = strstr(at, from)))
		last = at++;
	if (!last)
		return false;
	text_bytes(&out, name->s, (size_t)(last - name->s));
	text_add(&out, to);
	text_add(&out, last + strlen(from));
	text_release(name);
	*name = out;
	return true;
}

/* Path of the labels by the usual naming, or with ".gz" added or removed; the caller frees. */
static char *
find_labels(const char *dir, struct text *name, struct err *e)
{
	char *first = io_join(dir, name->s), *second;

	if (io_exists(first))
		return first;
	if (text_has_suffix(name->s, ".gz"))
		name->s[text_stem(name->s, ".gz")] = '\0';
	else
		text_add(name, ".gz");
	second = io_join(dir, name->s);
	if (!io_exists(second)) {
		err_set(e, "no labels: neither %s nor %s exists; add labels-from FILE", first,
			second);
		mem_free(second);
		second = NULL;
	}
	mem_free(first);
	return second;
}

char *
images_labels_path(const char *path, struct err *e)
{
	static const char *const ranks[] = { "idx2", "idx3", "idx4" };
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	struct text name = { 0 };
	char *dir, *found;

	text_add(&name, base);
	if (!replace_last(&name, "images", "labels")) {
		err_set(e, "no labels: the name does not contain 'images'; add labels-from FILE");
		text_release(&name);
		return NULL;
	}
	for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
		replace_last(&name, ranks[i], "idx1");
	dir = io_dirname(path);
	found = find_labels(dir, &name, e);
	mem_free(dir);
	text_release(&name);
	return found;
}

int
images_read(const char *path, const char *bytes, size_t size, const struct dataset_options *o,
	    struct dataset **out, struct err *e)
{
	struct hash_thread hash;
	struct dataset *ds = NULL;
	struct array rows;
	char *from = NULL;
	int status;

	if (idxfile_parse(bytes, size, &rows, e) < 0 || check_rows(&rows, o->beside, e) < 0)
		return -1;
	if (!o->unlabelled)
		from = o->labels_from ? mem_text(o->labels_from) : images_labels_path(path, e);
	if (!o->unlabelled && !from)
		return -1;
	hash_beside(&hash, bytes, size);
	status = images_make(&rows, o->beside, &ds, e);
	if (status < 0) {
		hash_await(&hash);
	} else {
		ds->hash = hash_await(&hash);
		status = from ? labels_read(from, o, ds, e) : classes_none(ds, e);
	}
	mem_free(from);
	if (status < 0)
		dataset_free(ds);
	else
		*out = ds;
	return status;
}
