/* labels.c: labels in a file of their own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/labels.h"

#include <math.h>

#include "retort/base/filestamp.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/classes.h"
#include "retort/data/read/csvfile.h"
#include "retort/data/read/idxfile.h"
#include "retort/data/read/npyfile.h"
#include "retort/data/read/sniff.h"
#include "retort/data/read/source.h"

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

/* A table of one column being read, twice: first its rows are counted, because one more than the
 * set has is a header. */
struct column {
	struct dataset *ds;
	struct classes_reader reader;
	size_t rows;
	bool header;
};

static int
count_row(void *arg, const struct row *row, struct err *e)
{
	struct column *c = arg;

	if (row->columns != 1)
		return err_set(e, "%zu columns (expected one, the label%s)", row->columns,
			       row->cell[0][0] ? "; `delimiter C` gives what stands between cells"
					       : "");
	c->rows++;
	return 0;
}

static int
add_label(void *arg, const struct row *row, struct err *e)
{
	struct column *c = arg;
	size_t at = row->row - 1;

	if (c->header && at == 0)
		return 0;
	c->reader.row = row->row;
	c->reader.line = row->line;
	return classes_add(c->ds, &c->reader, at - c->header, row->cell[0], e);
}

/* One pass over the rows. There is one column, so nothing shows what stands between cells: a comma
 * unless an option says otherwise. */
static int
visit_column(struct source *s, row_visit *visit, struct column *c, struct err *e)
{
	number_form_release(&s->form);
	s->dialect = s->options->dialect;
	if (!s->dialect.delimiter)
		s->dialect.delimiter = ',';
	return csvfile_rows(s, visit, c, e);
}

static int
read_column(struct source *s, struct dataset *ds, struct err *e)
{
	const struct dataset_options *o = s->options;
	struct column c = { .ds = ds,
			    .reader = { .what = "labels",
					.beside = o->beside,
					.task = o->task,
					.form = &s->form } };

	if (visit_column(s, count_row, &c, e) < 0)
		return -1;
	if (c.rows != ds->n && c.rows != ds->n + 1)
		return err_set(e, "%zu labels for %zu rows (with a header, %zu are read, too)",
			       c.rows, ds->n, ds->n + 1);
	c.header = c.rows > ds->n;
	if (visit_column(s, add_label, &c, e) < 0)
		return -1;
	return classes_settle(ds, &c.reader, e);
}

static int
read_array(const struct source *s, struct dataset *ds, struct err *e)
{
	struct array labels;
	int status;

	if (!s->options->beside && sniff_is_given(&s->options->dialect))
		return err_set(e, "an array of labels has no `delimiter`, `encoding`, `missing` "
				  "and the like; they apply to a table");
	if (s->options->task == DATASET_TASK_REGRESSION)
		return classes_refuse_task("labels", e);
	status = npyfile_is(s->bytes, s->size) ? npyfile_parse(s->bytes, s->size, &labels, e)
					       : idxfile_parse(s->bytes, s->size, &labels, e);
	return status < 0 ? -1 : labels_set(&labels, s->options->beside, ds, e);
}

static int
read_labels(struct source *s, struct dataset *ds, struct err *e)
{
	bool is_array =
		s->bytes && (idxfile_is(s->bytes, s->size) || npyfile_is(s->bytes, s->size));
	int status = is_array ? read_array(s, ds, e) : read_column(s, ds, e);

	if (status == 0 && !s->bytes)
		status = filestamp_check(&s->stamp, s->path, e);
	if (status < 0)
		return -1;
	if (s->bytes && !s->recoded)
		s->hash = hash_of(s->bytes, s->size);
	ds->hash = hash_join(&ds->hash, &s->hash);
	if (!is_array)
		sniff_join(s, &ds->hash);
	return 0;
}

int
labels_read(const char *path, const struct dataset_options *o, struct dataset *ds, struct err *e)
{
	const struct dataset_options column = { .dialect = o->dialect,
						.task = o->like.encoding ? DATASET_TASK_CLASSES
									 : o->task,
						.beside = o->beside || o->like.encoding };
	struct source s;
	int status;

	if (source_open(&s, path, &column, e) < 0)
		return err_wrap(e, "labels-from");
	status = read_labels(&s, ds, e);
	source_release(&s);
	return status < 0 ? err_wrap(e, "labels-from %s", path) : 0;
}
