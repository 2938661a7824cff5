/* table_stream.c: a table of numbers in one pass, into a file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/table_stream.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/tmpmap.h"
#include "retort/data/classes.h"
#include "retort/data/read/features.h"
#include "retort/data/read/table.h"

#define BUFFER ((size_t)1 << 20) /* bytes of features that are written at once */

/* The first two rows say whether there is a header: the first waits for the second. */
struct heading {
	const struct dataset_options *o;
	table_visit *visit;
	void *arg;
	struct csvfile head;
	size_t line[2];
	bool header;
};

static void
keep_row(struct heading *h, const struct csvfile_row *row)
{
	size_t n = row->columns, had = h->head.rows * n;
	const char **cell = mem_array(had + n, sizeof *cell);

	if (had)
		memcpy(cell, h->head.cell, had * sizeof *cell);
	for (size_t c = 0; c < n; c++)
		cell[had + c] = mem_text(row->cell[c]);
	mem_free(h->head.cell);
	h->head.cell = cell;
	h->head.columns = n;
	h->head.line = h->line;
	h->line[h->head.rows++] = row->line;
}

static int
visit_first(struct heading *h, struct err *e)
{
	struct csvfile_row first = {
		.cell = h->head.cell, .columns = h->head.columns, .row = 1, .line = h->line[0]
	};

	h->header = table_has_header(&h->head, h->o);
	return h->header ? 0 : h->visit(h->arg, &h->head, false, &first, e);
}

static int
on_row(void *arg, const struct csvfile_row *row, struct err *e)
{
	struct heading *h = arg;

	if (row->row <= 2)
		keep_row(h, row);
	if (row->row == 1)
		return 0;
	if (row->row == 2 && visit_first(h, e) < 0)
		return -1;
	return h->visit(h->arg, &h->head, h->header, row, e);
}

int
table_stream_rows(const char *path, const struct dataset_options *o, table_visit *visit, void *arg,
		  struct hash *hash, struct err *e)
{
	struct heading h = { .o = o, .visit = visit, .arg = arg };
	struct stream *in = stream_open(path, e);
	int status;

	if (!in)
		return -1;
	status = csvfile_walk(in, table_delimiter(path), on_row, &h, e);
	if (status == 0 && h.head.rows == 1)
		status = visit_first(&h, e);
	if (status == 0 && hash)
		*hash = stream_hash(in);
	stream_close(in);
	for (size_t i = 0; i < h.head.rows * h.head.columns; i++)
		mem_free((char *)h.head.cell[i]);
	mem_free(h.head.cell);
	return status < 0 && strncmp(e->msg, path, strlen(path)) != 0 ? err_wrap(e, "%s", path)
								      : status;
}

/* What is known of a column so far, besides its words. */
struct kind {
	bool number;
	size_t row, line; /* of its first word */
};

struct build {
	const struct dataset_options *o;
	struct dataset *ds;
	size_t columns, label, width; /* of the file; which is the label, `columns`: none; columns
					 that are features */
	bool *left;                   /* [columns] that are no features */
	char **name;                  /* [columns] of the header; NULL: there is none */
	struct features_plan *plan;   /* [columns] */
	struct kind *kind;            /* [columns] */
	float *buffer;                /* [room, width] rows that are not written yet */
	size_t room, n;
	size_t cap_classes, cap_y;
	char what[48]; /* what errors call the label */
};

/* At the first row: what is where. */
static int
begin(struct build *b, const struct csvfile *head, bool header, struct err *e)
{
	size_t n = head->columns;

	if (table_label(head, b->o, header, 0, &b->label, e) < 0 ||
	    table_left(head, b->o, header, b->label, &b->left, e) < 0)
		return -1;
	for (size_t c = 0; c < n; c++)
		b->width += !b->left[c];
	snprintf(b->what, sizeof b->what, "label column %zu", b->label + 1);
	b->columns = n;
	b->plan = mem_array(n, sizeof *b->plan);
	b->kind = mem_array(n, sizeof *b->kind);
	if (header)
		b->name = mem_array(n, sizeof *b->name);
	for (size_t c = 0; header && c < n; c++)
		b->name[c] = mem_text(head->cell[c]);
	b->room = BUFFER / (b->width * sizeof(float)) + 1;
	b->buffer = mem_array(b->room * b->width, sizeof *b->buffer);
	b->ds->spill = tmpmap_new(e);
	return b->ds->spill ? 0 : -1;
}

static int
bad_cell(const struct build *b, size_t c, size_t row, size_t line, const char *word,
	 const char *what, struct err *e)
{
	return features_bad_cell(b->name ? b->name[c] : NULL, c, row, line, word, what, e);
}

/* A cell that is neither number nor missing: the word's number stands for it. */
static int
see_word(struct build *b, const struct csvfile_row *row, size_t c, float *out, struct err *e)
{
	struct features_plan *p = &b->plan[c];
	struct classes_cell cell;
	const char *what = NULL;
	size_t at;

	classes_trim(row->cell[c], &cell);
	at = features_place(p, cell.s);
	if (b->kind[c].number || classes_is_number(&cell))
		what = FEATURES_NUMBER;
	else if (cell.cut)
		what = FEATURES_LONG;
	else if (at == FEATURES_WORDS)
		what = FEATURES_MANY;
	if (what)
		return bad_cell(b, c, row->row, row->line, row->cell[c], what, e);
	if (p->n_words == 0) {
		b->kind[c].row = row->row;
		b->kind[c].line = row->line;
	}
	if (at == p->n_words)
		features_add(p, cell.s);
	*out = (float)at;
	return 0;
}

static int
see_cell(struct build *b, const struct csvfile_row *row, size_t c, float *out, struct err *e)
{
	struct kind *k = &b->kind[c];

	if (features_number(row->cell[c], &b->ds->missing, out) < 0)
		return see_word(b, row, c, out, e);
	if (isnan(*out))
		return 0;
	k->number = true;
	if (b->plan[c].n_words)
		return bad_cell(b, c, k->row, k->line, b->plan[c].word[0], FEATURES_NUMBER, e);
	return 0;
}

static int
see_label(struct build *b, const char *label, struct err *e)
{
	struct dataset *ds = b->ds;

	if (ds->n == b->cap_y) {
		size_t cap = b->cap_y ? 2 * b->cap_y : 1 << 16;
		int32_t *y = mem_try(cap, sizeof *y);

		if (!y)
			return err_set(e, "no memory for the labels of %zu rows", cap);
		if (ds->y)
			memcpy(y, ds->y, ds->n * sizeof *y);
		mem_free(ds->y);
		ds->y = y;
		b->cap_y = cap;
	}
	ds->y[ds->n] = classes_see(ds, &b->cap_classes, label, b->what, e);
	return ds->y[ds->n] == CLASSES_BAD ? -1 : 0;
}

static int
flush(struct build *b, struct err *e)
{
	size_t n = b->n;

	b->n = 0;
	return tmpmap_write(b->ds->spill, b->buffer, n * b->width * sizeof *b->buffer, e);
}

static int
take_row(void *arg, const struct csvfile *head, bool header, const struct csvfile_row *row,
	 struct err *e)
{
	struct build *b = arg;
	float *out;

	if (!b->plan && begin(b, head, header, e) < 0)
		return -1;
	if (b->ds->n == INT32_MAX)
		return err_set(e, "more than %d rows, the most that there can be", INT32_MAX);
	out = b->buffer + b->n * b->width;
	for (size_t c = 0; c < row->columns; c++)
		if (!b->left[c] && see_cell(b, row, c, out++, e) < 0)
			return -1;
	if (!b->o->unlabelled && see_label(b, row->cell[b->label], e) < 0)
		return -1;
	b->ds->n++;
	return ++b->n == b->room ? flush(b, e) : 0;
}

/* Words in order; the number that each had before leads to its place. */
static size_t *
settle_words(struct features_plan *p)
{
	size_t *to = mem_array(p->n_words, sizeof *to);
	char **was = mem_array(p->n_words, sizeof *was);

	memcpy(was, p->word, p->n_words * sizeof *was);
	features_sort(p);
	for (size_t i = 0; i < p->n_words; i++)
		to[i] = features_place(p, was[i]);
	mem_free(was);
	return to;
}

/* One row of numbers and numbers of words, as features. */
static void
spread_row(const struct build *b, size_t *const *to, const float *in, float *out)
{
	for (size_t c = 0; c < b->columns; c++) {
		const struct features_plan *p = &b->plan[c];

		if (b->left[c])
			continue;
		if (p->n_words)
			features_spread(p, isnan(*in) ? p->n_words : to[c][(size_t)*in], out);
		else
			*out = *in;
		out += p->n_words ? p->n_words : 1;
		in++;
	}
}

/* Rows become wider in the file they lie in: from the last to the first, none is overwritten before
 * it was read. */
static void
spread(struct build *b)
{
	struct dataset *ds = b->ds;
	size_t **to = mem_array(b->columns, sizeof *to);
	float *wide = mem_array(ds->d, sizeof *wide);

	for (size_t c = 0; c < b->columns; c++)
		to[c] = b->plan[c].n_words ? settle_words(&b->plan[c]) : NULL;
	for (size_t i = ds->n; i-- > 0;) {
		spread_row(b, to, ds->x + i * b->width, wide);
		memcpy(ds->x + i * ds->d, wide, ds->d * sizeof *wide);
	}
	for (size_t c = 0; c < b->columns; c++)
		mem_free(to[c]);
	mem_free(to);
	mem_free(wide);
}

/* Behind the last row. */
static int
end(struct build *b, struct err *e)
{
	struct dataset *ds = b->ds;
	bool words = false;

	if (table_enough(ds->n, b->o, e) < 0)
		return -1;
	if ((b->o->unlabelled ? classes_none(ds, e)
			      : classes_settle(ds, b->what, b->o->beside, e)) < 0 ||
	    flush(b, e) < 0)
		return -1;
	for (size_t c = 0; c < b->columns; c++) {
		ds->d += b->left[c] ? 0 : b->plan[c].n_words ? b->plan[c].n_words : 1;
		words |= b->plan[c].n_words > 0;
	}
	ds->x = tmpmap_map(ds->spill, ds->n * ds->d * sizeof *ds->x, e);
	if (!ds->x)
		return -1;
	if (words)
		spread(b);
	features_name((const char *const *)b->name, b->columns, b->left, b->plan, ds);
	if (b->o->without)
		ds->hash = table_hash_left(&ds->hash, b->left, b->columns);
	return b->o->height ? table_pixels(b->o, ds, e) : 0;
}

int
table_stream_read(const char *path, const struct dataset_options *o, struct dataset **out,
		  struct err *e)
{
	struct build b = { .o = o, .ds = mem_new(sizeof *b.ds) };
	int status = table_stream_rows(path, o, take_row, &b, &b.ds->hash, e);

	if (status == 0 && (status = end(&b, e)) < 0)
		err_wrap(e, "%s", path);
	for (size_t c = 0; c < b.columns; c++) {
		features_forget(&b.plan[c]);
		if (b.name)
			mem_free(b.name[c]);
	}
	mem_free(b.name);
	mem_free(b.plan);
	mem_free(b.kind);
	mem_free(b.left);
	mem_free(b.buffer);
	if (status < 0)
		dataset_free(b.ds);
	else
		*out = b.ds;
	return status;
}
