/* table.c: a table becomes a data set, in one pass over its rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/table.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/classes.h"
#include "retort/data/read/cells.h"
#include "retort/data/read/corpus.h"
#include "retort/data/read/features.h"
#include "retort/data/read/sniff.h"
#include "retort/data/texts.h"

/* A table of numbers being read. */
struct build {
	struct source *s;
	struct dataset *ds;
	bool labelled;
	struct classes_reader labels;
	char what[96]; /* what errors call the label */
	struct features features;
	struct cells cells;
	double *row; /* owned [features.width] */
};

int
table_enough(size_t rows, const struct dataset_options *o, struct err *e)
{
	size_t least = o->beside ? 1 : DATASET_ROWS;

	return rows >= least ? 0
			     : err_set(e, "%zu row%s (expected at least %zu)", rows,
				       rows == 1 ? "" : "s", least);
}

/* Hash of the contents and of what the options make of them: left-out columns, pixels, the text
 * and label columns. */
static struct hash
hash_table(const struct source *s)
{
	const struct dataset_options *o = s->options;
	const uint64_t shape[3] = { o->height, o->width, o->channels };
	struct hash h = s->hash, part;
	char what[80];

	if (s->text < s->columns) {
		snprintf(what, sizeof what, "text %zu label %zu", s->text + 1, s->label + 1);
		part = hash_of(what, strlen(what));
		h = hash_join(&h, &part);
	}
	if (o->without) {
		part = hash_of(s->left, s->columns * sizeof *s->left);
		h = hash_join(&h, &part);
	}
	sniff_join(s, &h);
	if (o->height) {
		part = hash_of(shape, sizeof shape);
		h = hash_join(&h, &part);
	}
	return h;
}

/* Set up the reader of the label column, which errors call by its name. */
static void
begin_labels(const struct source *s, struct classes_reader *r, char *what, size_t size)
{
	if (s->name && s->label < s->columns && s->name[s->label][0])
		snprintf(what, size, "label column %zu '%.40s'", s->label + 1, s->name[s->label]);
	else
		snprintf(what, size, "label column %zu", s->label + 1);
	*r = (struct classes_reader){ .what = what,
				      .beside = s->options->beside || s->options->like.encoding,
				      .task = s->options->like.encoding ? DATASET_TASK_CLASSES
									: s->options->task,
				      .form = &s->form };
}

/* What is known of the text of the table, and of its label column. */
static void
describe_table(const struct source *s, struct dataset *ds)
{
	struct text format = { 0 };

	ds->rules |= s->rules;
	if (s->notes.len)
		dataset_note(ds, text_get(&s->notes));
	if (s->name && s->label < s->columns && s->name[s->label][0])
		ds->label = mem_text(s->name[s->label]);
	if (!s->dialect.delimiter)
		return;
	sniff_describe(&s->dialect, &format);
	text_add(&format, s->header ? ", names in the first row" : ", no names");
	ds->format = mem_text(text_get(&format));
	text_release(&format);
}

/* At the first row: the columns are resolved. */
static int
begin_rows(struct build *b, struct err *e)
{
	features_init(&b->features, b->s);
	begin_labels(b->s, &b->labels, b->what, sizeof b->what);
	b->row = mem_array(b->features.width, sizeof *b->row);
	return cells_init(&b->cells, b->features.width,
			  b->s->rows ? b->s->rows : source_guess_rows(b->s), !b->s->bytes, e);
}

static int
add_row(void *arg, const struct row *row, struct err *e)
{
	struct build *b = arg;
	struct dataset *ds = b->ds;
	const double *x;

	if (!b->features.column && begin_rows(b, e) < 0)
		return -1;
	if (ds->n == INT32_MAX)
		return err_set(e, "too many rows (expected at most %d)", INT32_MAX);
	x = features_row(&b->features, row, b->row, e);
	if (!x || cells_add(&b->cells, x, e) < 0)
		return -1;
	b->labels.row = row->row;
	b->labels.line = row->line;
	if (b->labelled && !b->s->options->unlabelled &&
	    classes_add(ds, &b->labels, ds->n, row->cell[b->s->label], e) < 0)
		return -1;
	ds->n++;
	return 0;
}

/* Move the features into the data set. */
static int
take_features(struct build *b, struct err *e)
{
	struct dataset *ds = b->ds;
	bool words = features_has_words(&b->features);
	void *all = cells_take(&b->cells, ds->d, words ? features_spread : NULL, &b->features,
			       &ds->tmpmap, e);

	if (!all)
		return -1;
	if (b->cells.wide) {
		ds->wide = all;
		ds->rules |= RULES_BIT(RULES_DOUBLE);
	} else {
		ds->x = all;
	}
	return 0;
}

static int
set_pixels(const struct dataset_options *o, struct dataset *ds, struct err *e)
{
	if (o->height * o->width * o->channels != ds->d)
		return err_set(
			e, "image: %zu x %zu x %zu are %zu pixels, but the table has %zu features",
			o->height, o->width, o->channels, o->height * o->width * o->channels,
			ds->d);
	ds->kind = DATASET_IMAGE;
	ds->height = o->height;
	ds->width = o->width;
	ds->channels = o->channels;
	return 0;
}

/* After the last row. */
static int
finish_rows(struct build *b, struct err *e)
{
	const struct dataset_options *o = b->s->options;
	struct dataset *ds = b->ds;

	if (table_enough(ds->n, o, e) < 0)
		return -1;
	if (b->labelled &&
	    (o->unlabelled ? classes_none(ds, e) : classes_settle(ds, &b->labels, e)) < 0)
		return -1;
	ds->d = features_settle(&b->features);
	ds->missing = b->features.missing;
	if (take_features(b, e) < 0)
		return -1;
	features_name(&b->features, ds);
	ds->rules |= b->features.rules;
	describe_table(b->s, ds);
	ds->hash = hash_table(b->s);
	return o->height ? set_pixels(o, ds, e) : 0;
}

static int
build_set(struct source *s, bool labelled, struct dataset **out, struct err *e)
{
	struct build b = { .s = s, .ds = mem_new(sizeof *b.ds), .labelled = labelled };
	int status = source_rows(s, add_row, &b, e);

	if (status == 0)
		status = finish_rows(&b, e);
	features_release(&b.features);
	cells_release(&b.cells);
	mem_free(b.row);
	if (status < 0)
		dataset_free(b.ds);
	else
		*out = b.ds;
	return status;
}

int
table_numbers(struct source *s, struct dataset **out, struct err *e)
{
	return build_set(s, true, out, e);
}

int
table_features(struct source *s, struct dataset **out, struct err *e)
{
	return build_set(s, false, out, e);
}

/* A table of texts being read. */
struct text_build {
	struct source *s;
	struct dataset *ds;
	struct classes_reader labels;
	char what[96];
	struct texts_writer texts;
	size_t *line; /* owned [n]: line of each row in the file, for errors */
	size_t cap_lines;
};

static int
add_text(void *arg, const struct row *row, struct err *e)
{
	struct text_build *b = arg;
	struct dataset *ds = b->ds;

	if (row->number)
		return err_set(e, "an array of numbers has no texts");
	if (!b->labels.what)
		begin_labels(b->s, &b->labels, b->what, sizeof b->what);
	b->labels.row = row->row;
	b->labels.line = row->line;
	if (!b->s->options->unlabelled &&
	    classes_add(ds, &b->labels, ds->n, row->cell[b->s->label], e) < 0)
		return -1;
	if (texts_add(ds, &b->texts, ds->n, row->cell[b->s->text], e) < 0)
		return -1;
	mem_grow(&b->line, &b->cap_lines, ds->n + 1, sizeof *b->line);
	b->line[ds->n++] = row->line;
	return 0;
}

static int
finish_texts(struct text_build *b, struct err *e)
{
	const struct dataset_options *o = b->s->options;
	struct dataset *ds = b->ds;

	if (table_enough(ds->n, o, e) < 0 ||
	    (o->unlabelled ? classes_none(ds, e) : classes_settle(ds, &b->labels, e)) < 0)
		return -1;
	ds->hash = hash_table(b->s);
	describe_table(b->s, ds);
	return corpus_texts(ds, b->line, o, e);
}

int
table_texts(struct source *s, struct dataset **out, struct err *e)
{
	struct text_build b = { .s = s, .ds = mem_new(sizeof *b.ds) };
	int status = source_rows(s, add_text, &b, e);

	if (status == 0)
		status = finish_texts(&b, e);
	mem_free(b.line);
	if (status < 0)
		dataset_free(b.ds);
	else
		*out = b.ds;
	return status;
}
