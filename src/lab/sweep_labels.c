/* sweep_labels.c: the visible labels of the points of a sweep. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep_labels.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/encoding.h"
#include "retort/data/sets.h"
#include "retort/lab/trainer_state.h"

/* Rows of a number of labels; orders of runs borrow them. */
struct rows {
	int64_t labels;
	uint32_t *shown; /* [n_shown] owned */
	size_t n_shown;
};

struct sweep_labels {
	size_t n, cap;
	struct rows *rows; /* [n] owned */
	/* of the group at work; or of the session while they are swapped */
	bool on;
	uint32_t *shown; /* borrowed */
	size_t n_shown;
	uint8_t *visible;         /* owned */
	struct label_index index; /* owned */
};

/* ---- which ---- */

int64_t
sweep_labels_of(const struct sweep *s, int point)
{
	int64_t n = 0;

	for (int i = 0; point && i < s->plan.n_axes; i++)
		if (s->plan.axis[i].kind == SWEEP_AXIS_LABELS)
			text_to_int(sweep_plan_value(&s->plan, point - 1, i), &n);
	return n;
}

int64_t
sweep_labels_now(const struct trainer_state *w)
{
	const struct split *p = &w->train.split;
	int64_t n = 0;

	for (size_t i = 0; i < p->n_shown; i++)
		n += p->shown[i] < sets_main_rows(w->train.ds);
	return n;
}

/* Training rows of the data itself that have a label. */
static int64_t
count_labelled(const struct trainer_state *w)
{
	const struct split *p = &w->train.split;
	int64_t n = 0;

	for (size_t i = 0; i < p->n_train; i++)
		n += w->train.ds->y[p->train[i]] >= 0 && p->train[i] < sets_main_rows(w->train.ds);
	return n;
}

int
sweep_labels_check(const struct trainer_state *w, const struct sweep *s, struct err *e)
{
	const struct settings *now = &w->run->info.settings;
	int64_t most = count_labelled(w);
	bool any = false;

	for (int i = 0; i <= s->plan.n_points; i++) {
		int64_t n = sweep_labels_of(s, i);

		any |= n > 0;
		if (n > most)
			return err_set(e, "invalid labels %lld (expected 1 to %lld)", (long long)n,
				       (long long)most);
	}
	for (int i = 0; any && i < REMEDY_KINDS; i++)
		if (now->remedy[i])
			return err_set(e, "labels: a remedy is in force that was computed on the "
					  "labels of the session; `remedy off` first");
	return 0;
}

/* ---- rows ---- */

/* The rows that the data has visible with so many labels. NULL and an error. */
static const struct rows *
find_rows(const struct trainer_state *w, struct sweep_labels *l, int64_t labels, struct err *e)
{
	const struct dataset *ds = w->train.ds;
	struct split split;

	for (size_t i = 0; i < l->n; i++)
		if (l->rows[i].labels == labels)
			return &l->rows[i];
	if (split_make(ds, encoding_seed(ds, w->info.seed), labels, &split, e) < 0)
		return NULL;
	mem_grow(&l->rows, &l->cap, l->n + 1, sizeof *l->rows);
	l->rows[l->n] = (struct rows){ labels, mem_array(split.n_shown, sizeof *split.shown),
				       split.n_shown };
	memcpy(l->rows[l->n].shown, split.shown, split.n_shown * sizeof *split.shown);
	split_release(&split);
	return &l->rows[l->n++];
}

/* Forget the rows of the last group. */
static void
end_group(struct sweep_labels *l)
{
	mem_free(l->visible);
	l->visible = NULL;
	label_index_release(&l->index);
	l->on = false;
}

int
sweep_labels_begin(const struct trainer_state *w, struct sweep *s, int point, struct err *e)
{
	int64_t labels = sweep_labels_of(s, point);
	struct sweep_labels *l = s->labels;
	const struct rows *r;

	if (l)
		end_group(l);
	if (labels == 0)
		return 0;
	if (!l)
		l = s->labels = mem_new(sizeof *l);
	r = find_rows(w, l, labels, e);
	if (!r)
		return -1;
	l->visible = mem_try(w->train.ds->n, 1);
	if (!l->visible)
		return err_set(e, "no memory for the labels of %zu rows", w->train.ds->n);
	for (size_t i = 0; i < r->n_shown; i++)
		l->visible[r->shown[i]] = 1;
	label_index_init(&l->index, w->train.ds, l->visible);
	l->shown = r->shown;
	l->n_shown = r->n_shown;
	l->on = true;
	return 0;
}

void
sweep_labels_swap(struct trainer_state *w, struct sweep *s)
{
	struct split *p = &w->train.split;
	struct sweep_labels *l = s->labels, was;

	if (!l || !l->on)
		return;
	was = *l;
	l->shown = p->shown;
	l->n_shown = p->n_shown;
	l->visible = p->visible;
	l->index = w->train.label_index;
	p->shown = was.shown;
	p->n_shown = was.n_shown;
	p->visible = was.visible;
	w->train.label_index = was.index;
}

void
sweep_labels_free(struct sweep *s)
{
	struct sweep_labels *l = s->labels;

	if (!l)
		return;
	end_group(l);
	for (size_t i = 0; i < l->n; i++)
		mem_free(l->rows[i].shown);
	mem_free(l->rows);
	mem_free(l);
	s->labels = NULL;
}
