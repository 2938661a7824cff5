/* table.c: a table becomes a data set, in one pass over its rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/table.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/tmpmap.h"
#include "retort/data/classes.h"
#include "retort/data/read/corpus.h"
#include "retort/data/read/features.h"
#include "retort/data/texts.h"

#define CHUNK ((size_t)1 << 20) /* bytes of features that are allocated or written at once */

/* A table of numbers being read. */
struct build {
	struct source *s;
	struct dataset *ds;
	bool labelled;
	struct classes_reader labels;
	char what[48]; /* what errors call the label */
	struct features features;
	float **chunk; /* owned [n_chunks], each [room, features.width]: rows in memory; of a
			  streamed table one chunk, which is written out when it is full */
	size_t n_chunks, cap_chunks;
	size_t room, n; /* rows of a chunk; rows in the last one */
};

int
table_enough(size_t rows, const struct dataset_options *o, struct err *e)
{
	size_t least = o->beside ? 1 : DATASET_ROWS;

	return rows >= least ? 0 : err_set(e, "%zu rows (expected at least %zu)", rows, least);
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
	if (o->height) {
		part = hash_of(shape, sizeof shape);
		h = hash_join(&h, &part);
	}
	return h;
}

/* At the first row: the columns are resolved. */
static int
begin_rows(struct build *b, struct err *e)
{
	features_init(&b->features, b->s);
	snprintf(b->what, sizeof b->what, "label column %zu", b->s->label + 1);
	b->labels.what = b->what;
	b->labels.beside = b->s->options->beside;
	b->room = b->s->rows ? b->s->rows : CHUNK / (b->features.width * sizeof(float)) + 1;
	if (!b->s->bytes)
		b->ds->tmpmap = tmpmap_new(e);
	return b->s->bytes || b->ds->tmpmap ? 0 : -1;
}

/* Write the rows of a streamed table that are in memory. */
static int
flush_rows(struct build *b, struct err *e)
{
	size_t n = b->n;

	b->n = 0;
	return tmpmap_write(b->ds->tmpmap, b->chunk[0], n * b->features.width * sizeof *b->chunk[0],
			    e);
}

/* Make room for one more row in the last chunk. */
static int
make_room(struct build *b, struct err *e)
{
	float *chunk;

	if (b->n_chunks && b->n < b->room)
		return 0;
	if (b->n_chunks && b->ds->tmpmap)
		return flush_rows(b, e);
	chunk = mem_try(b->room * b->features.width, sizeof *chunk);
	if (!chunk)
		return err_set(e, "no memory for more than %zu rows of %zu features", b->ds->n,
			       b->features.width);
	mem_grow(&b->chunk, &b->cap_chunks, b->n_chunks + 1, sizeof *b->chunk);
	b->chunk[b->n_chunks++] = chunk;
	b->n = 0;
	return 0;
}

static int
add_row(void *arg, const struct row *row, struct err *e)
{
	struct build *b = arg;
	struct dataset *ds = b->ds;

	if (!b->features.column && begin_rows(b, e) < 0)
		return -1;
	if (ds->n == INT32_MAX)
		return err_set(e, "too many rows (expected at most %d)", INT32_MAX);
	if (make_room(b, e) < 0 ||
	    features_row(&b->features, row, b->chunk[b->n_chunks - 1] + b->n * b->features.width,
			 e) < 0)
		return -1;
	if (b->labelled && !b->s->options->unlabelled &&
	    classes_add(ds, &b->labels, ds->n, row->cell[b->s->label], e) < 0)
		return -1;
	ds->n++;
	b->n++;
	return 0;
}

/* Rows of a streamed table become wider in the file they lie in: from the last to the first, so
 * that none is overwritten before it was read. */
static int
map_rows(struct build *b, struct err *e)
{
	struct dataset *ds = b->ds;
	float *wide;

	if (flush_rows(b, e) < 0)
		return -1;
	ds->x = tmpmap_map(ds->tmpmap, ds->n * ds->d * sizeof *ds->x, e);
	if (!ds->x)
		return -1;
	if (!features_has_words(&b->features))
		return 0;
	wide = mem_array(ds->d, sizeof *wide);
	for (size_t i = ds->n; i-- > 0;) {
		features_spread(&b->features, ds->x + i * b->features.width, wide);
		memcpy(ds->x + i * ds->d, wide, ds->d * sizeof *wide);
	}
	mem_free(wide);
	return 0;
}

/* Move the rows from the chunks into one array; a single full chunk is the array already. */
static int
join_rows(struct build *b, struct err *e)
{
	struct dataset *ds = b->ds;
	size_t width = b->features.width, row = 0;
	bool words = features_has_words(&b->features);

	if (b->n_chunks == 1 && b->room == ds->n && !words) {
		ds->x = b->chunk[0];
		b->n_chunks = 0;
		return 0;
	}
	ds->x = mem_try(ds->n * ds->d, sizeof *ds->x);
	if (!ds->x)
		return err_set(e, "no memory for %zu rows of %zu features", ds->n, ds->d);
	for (size_t k = 0; k < b->n_chunks; k++) {
		size_t n = ds->n - row < b->room ? ds->n - row : b->room;

		for (size_t i = 0; words && i < n; i++)
			features_spread(&b->features, b->chunk[k] + i * width,
					ds->x + (row + i) * ds->d);
		if (!words)
			memcpy(ds->x + row * ds->d, b->chunk[k], n * width * sizeof *ds->x);
		mem_free(b->chunk[k]);
		b->chunk[k] = NULL;
		row += n;
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
	if ((ds->tmpmap ? map_rows(b, e) : join_rows(b, e)) < 0)
		return -1;
	features_name(&b->features, ds);
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
	for (size_t k = 0; k < b.n_chunks; k++)
		mem_free(b.chunk[k]);
	mem_free(b.chunk);
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
	char what[48];
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
	if (!b->labels.what) {
		snprintf(b->what, sizeof b->what, "label column %zu", b->s->label + 1);
		b->labels.what = b->what;
		b->labels.beside = b->s->options->beside;
	}
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
