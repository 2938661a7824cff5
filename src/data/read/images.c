/* images.c: IDX images and their labels become a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/images.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/gzip.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/classes.h"
#include "retort/data/read/labels.h"

static int
check_rows(const struct idxfile *rows, bool beside, struct err *e)
{
	if (rows->rank == 1)
		return err_set(e, "IDX: one dimension, as of labels (expected 3 or 4, images)");
	if (rows->dim[0] < (beside ? 1 : DATASET_ROWS) || rows->dim[0] > INT32_MAX)
		return err_set(e, "IDX: invalid number of rows %zu (expected %d to %d)",
			       rows->dim[0], beside ? 1 : DATASET_ROWS, INT32_MAX);
	return 0;
}

int
images_make(const struct idxfile *rows, const struct idxfile *labels, bool beside,
	    struct dataset **out, struct err *e)
{
	struct dataset *ds;
	int status = 0;

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
	ds->x = mem_try(rows->len, sizeof *ds->x);
	if (!ds->x)
		status = err_set(e, "no memory for %zu rows of %zu numbers", ds->n, ds->d);
	if (status == 0)
		status = labels ? labels_set(labels, beside, ds, e) : classes_none(ds, e);
	if (status == 0)
		status = idxfile_floats(rows, ds->x, e);
	if (status < 0) {
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
	if (name->len > 3 && strcmp(name->s + name->len - 3, ".gz") == 0)
		name->s[name->len - 3] = '\0';
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

/* Make the set while another thread computes the hash of the images. */
static int
make_hashed(const struct idxfile *rows, const char *bytes, size_t size, const char *label_bytes,
	    size_t n, bool beside, struct dataset **out, struct err *e)
{
	struct hash_thread file;
	struct hash hash, of_labels = { { 0 } };
	struct idxfile labels;
	int status;

	if (label_bytes && idxfile_parse(label_bytes, n, &labels, e) < 0)
		return -1;
	hash_beside(&file, bytes, size);
	status = images_make(rows, label_bytes ? &labels : NULL, beside, out, e);
	hash = hash_await(&file);
	if (label_bytes)
		of_labels = hash_of(label_bytes, n);
	if (status == 0)
		(*out)->hash = label_bytes ? hash_join(&hash, &of_labels) : hash;
	return status;
}

int
images_read(const char *path, const char *bytes, size_t size, const struct dataset_options *o,
	    struct dataset **out, struct err *e)
{
	char *from, *label_bytes;
	struct idxfile rows;
	size_t n = 0;
	int status = -1;

	if (idxfile_parse(bytes, size, &rows, e) < 0 || check_rows(&rows, o->beside, e) < 0)
		return -1;
	if (o->unlabelled)
		return make_hashed(&rows, bytes, size, NULL, 0, o->beside, out, e);
	from = o->labels_from ? mem_text(o->labels_from) : images_labels_path(path, e);
	if (from && gzip_read(from, LABELS_LIMIT, &label_bytes, &n, e) == 0) {
		status = make_hashed(&rows, bytes, size, label_bytes, n, o->beside, out, e);
		mem_free(label_bytes);
		if (status < 0)
			err_wrap(e, "with the labels of %s", from);
	}
	mem_free(from);
	return status;
}
