/* leakage.c: held-out rows that are training rows, and rows that a network was trained on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/leakage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/encoding.h"
#include "retort/data/row_equal.h"

/* ---------------------------------------------------------------- equal rows of the data */

int
leakage_compare(const struct dataset *ds, const struct split *s, struct leakage_equal *out,
		struct err *e)
{
	if (row_equal_count(ds, s->train, s->n_train, s->held, s->n_held, &out->held, e) < 0)
		return -1;
	return row_equal_count(ds, s->train, s->n_train, s->target, s->n_target, &out->target, e);
}

void
leakage_count(struct text *out, const char *between, size_t n, size_t of, const char *rows)
{
	if (n)
		text_addf(out, "%s%zu of %zu %s rows (%.3g %%)", out->len ? between : "", n, of,
			  rows, 100.0 * (double)n / (double)of);
}

void
leakage_note_data(const struct trainer_state *w, struct request *r, enum dataset_role role)
{
	const struct lab_info *i = &w->info;
	struct text t = { 0 };

	if (role != DATASET_TARGET)
		leakage_count(&t, "", i->equal_held, i->n_held, "held-out");
	if (role != DATASET_HELD && role != DATASET_MAIN)
		leakage_count(&t, " and ", i->equal_target, i->n_target, "target");
	if (t.len == 0)
		return;
	snprintf(r->note, sizeof r->note, "%s are also training rows: figures on them are too good",
		 text_get(&t));
	text_release(&t);
	r->notable = true;
}

/* ---------------------------------------------------------------- rows of a network */

/* Whether a network, or a teacher of it, was loaded from a file that lists a row. Teachers have
 * only teachers before them: a student becomes the last one. */
static bool
has_seen(const struct trainer_state *w, const struct branch *b, uint64_t hash)
{
	if (row_filters_have(b->rows.loaded, hash))
		return true;
	for (int k = 0; k < w->info.n_teachers; k++) {
		const struct branch *t = w->train.teacher[k].branch;

		if (b->rows.taught >> k & 1 && t && t != b && has_seen(w, t, hash))
			return true;
	}
	return false;
}

static size_t
count_seen(const struct trainer_state *w, const struct branch *b, const uint32_t *rows, size_t n)
{
	size_t seen = 0;

	for (size_t i = 0; i < n; i++)
		seen += has_seen(w, b, w->train.ds->row_hash[rows[i]]);
	return seen;
}

/* Count the held-out and target rows that a network was trained on. */
static void
count_rows(const struct trainer_state *w, struct branch *b)
{
	const struct split *s = &w->train.split;

	b->rows.held = count_seen(w, b, s->held, s->n_held);
	b->rows.target = count_seen(w, b, s->target, s->n_target);
}

/* The name of note i, from 0. */
static const char *
name_note(size_t i, char *buf, size_t size)
{
	if (i == 0)
		snprintf(buf, size, "rows.filter");
	else
		snprintf(buf, size, "rows.filter.%zu", i + 1);
	return buf;
}

int
leakage_load(const struct trainer_state *w, struct branch *b, const struct ckpt *c, struct err *e)
{
	struct row_filters *f = mem_new(sizeof *f);
	const char *text;
	char name[32];

	f->references = 1;
	f->filter = mem_array(LEAKAGE_FILTERS, sizeof *f->filter);
	while (f->n < LEAKAGE_FILTERS &&
	       (text = ckpt_get(c, name_note(f->n, name, sizeof name))) != NULL) {
		if (row_filter_parse(text, &f->filter[f->n], e) < 0) {
			row_filters_drop(f);
			return err_wrap(e, "note %s", name);
		}
		f->n++;
	}
	row_filters_drop(b->rows.loaded);
	b->rows.loaded = f;
	count_rows(w, b);
	return 0;
}

void
leakage_add_loaded(const struct branch *b, struct ckpt *c)
{
	char name[40];

	for (size_t i = 0; b->rows.loaded && i < b->rows.loaded->n; i++) {
		struct text t = { 0 };

		row_filter_print(&b->rows.loaded->filter[i], &t);
		ckpt_note(c, name_note(i, name, sizeof name), text_get(&t));
		text_release(&t);
	}
}

/* Whether the loaded rows are those of the split that the encoding of the file names: it was
 * trained on these data then, and on no others. */
static bool
knows_split(const struct trainer_state *w, const struct branch *b, const struct ckpt *c,
	    const struct encoding *net)
{
	const char *step = ckpt_get(c, "step"), *data = ckpt_get(c, "data");

	return net->split && b->rows.loaded->n == 1 && step && strcmp(step, "0") != 0 && data &&
	       strcmp(data, w->info.data_hash) == 0 &&
	       net->seed != encoding_seed(w->train.ds, w->info.seed);
}

void
leakage_describe(const struct trainer_state *w, const struct branch *b, const struct ckpt *c,
		 const struct encoding *net, struct text *out)
{
	leakage_count(out, "", b->rows.held, w->info.n_held, "held-out");
	leakage_count(out, " and ", b->rows.target, w->info.n_target, "target");
	if (out->len == 0)
		return;
	text_addf(out, " are among the rows %s trained on: figures on them are too good; ",
		  b->rows.loaded->n > 1 ? "it or its teachers were" : "it was");
	if (b->rows.held && knows_split(w, b, c, net))
		text_addf(out, "read the data under `seed %llu`", (unsigned long long)net->seed);
	else
		text_add(out, "hold out other rows with `data held-out FILE`");
}

void
leakage_teach(struct trainer_state *w, unsigned teachers)
{
	struct branch *b = w->run->student;

	if (!(teachers & ~b->rows.taught))
		return;
	b->rows.taught |= teachers;
	count_rows(w, b);
	w->info.run->student.seen_held = b->rows.held;
	w->info.run->student.seen_target = b->rows.target;
}

/* ---------------------------------------------------------------- saving */

/* Filters to write, in order. */
struct list {
	const struct row_filter *item[LEAKAGE_FILTERS]; /* borrowed */
	size_t n;
	struct row_filter made[4]; /* owned: of rows of the data, by the bit of BRANCH_SHOWN ... */
	bool is_made[4];
	size_t without; /* filters that are left out */
};

static void
add_filter(struct list *l, const struct row_filter *f)
{
	for (size_t i = 0; i < l->n; i++)
		if (row_filter_same(l->item[i], f))
			return;
	if (l->n == LEAKAGE_FILTERS)
		l->without++;
	else
		l->item[l->n++] = f;
}

/* Add a filter of training rows of the data, made once. */
static int
add_rows(const struct trainer_state *w, struct list *l, int which, const uint32_t *rows, size_t n,
	 struct err *e)
{
	size_t bits;
	int probes;

	if (l->is_made[which] || n == 0)
		return 0;
	if (row_filter_size(n, &bits, &probes) < 0) {
		l->without++;
		return 0;
	}
	if (row_filter_make(w->train.ds->row_hash, rows, n, &l->made[which], e) < 0)
		return -1;
	l->is_made[which] = true;
	add_filter(l, &l->made[which]);
	return 0;
}

/* Add the filters of a network and of its teachers. */
static int
add_network(const struct trainer_state *w, const struct branch *b, struct list *l, struct err *e)
{
	const struct split *s = &w->train.split;
	unsigned here = b->state->step > 0 ? b->rows.here : 0;

	if ((here & BRANCH_TRAIN && add_rows(w, l, 0, s->train, s->n_train, e) < 0) ||
	    (here & BRANCH_LABELLED &&
	     add_rows(w, l, 1, w->train.labelled, w->train.n_labelled, e) < 0) ||
	    (here & BRANCH_SHOWN && add_rows(w, l, 2, s->shown, s->n_shown, e) < 0))
		return -1;
	for (size_t i = 0; b->rows.loaded && i < b->rows.loaded->n; i++)
		add_filter(l, &b->rows.loaded->filter[i]);
	for (int k = 0; k < w->info.n_teachers; k++) {
		const struct branch *t = w->train.teacher[k].branch;

		if (b->rows.taught >> k & 1 && t && t != b && add_network(w, t, l, e) < 0)
			return -1;
	}
	return 0;
}

/* Write the filters as notes, as long as they fit. */
static void
write_notes(struct list *l, struct ckpt *c)
{
	size_t size = 0, written = 0;
	char name[32];

	for (size_t i = 0; i < l->n; i++) {
		struct text t = { 0 };

		row_filter_print(l->item[i], &t);
		if (size + t.len > LEAKAGE_TEXT) {
			l->without++;
		} else {
			ckpt_note(c, name_note(written++, name, sizeof name), text_get(&t));
			size += t.len;
		}
		text_release(&t);
	}
}

int
leakage_save(const struct trainer_state *w, const struct branch *b, struct request *r,
	     struct err *e)
{
	struct list *l = mem_new(sizeof *l);
	struct ckpt *c = r->u.snapshot.ckpt;
	int status = add_network(w, b, l, e);

	if (status == 0)
		write_notes(l, c);
	if (status == 0 && l->without) {
		snprintf(r->note, sizeof r->note,
			 "save: without the filters of %zu sets of training rows, which are too "
			 "large: leakage from them is not found when the network is loaded",
			 l->without);
		r->notable = true;
	}
	for (size_t i = 0; i < sizeof l->made / sizeof *l->made; i++)
		row_filter_release(&l->made[i]);
	mem_free(l);
	return status;
}
