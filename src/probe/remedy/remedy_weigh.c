/* remedy_weigh.c: importance weights of training rows for the distribution of another set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/remedy/remedy.h"

#include <stdio.h>
#include <string.h>

#include "retort/data/shift/shift.h"
#include "retort/probe/row_set.h"

/* The rows of one set followed by those of another. */
struct both_sets {
	const struct dataset *ds;
	const struct row_set *a, *b;
};

static void
read_row(const void *arg, size_t row, double *x)
{
	const struct both_sets *t = arg;

	row_set_read(t->ds, row < t->a->n ? t->a->rows[row] : t->b->rows[row - t->a->n], x);
}

/* Store the weights of a's rows; rows of other sets keep theirs. */
static void
store_weights(const struct trainer_state *w, const struct row_set *a, const double *weight,
	      struct remedy_result_made *m)
{
	const struct remedy_result_made *was = remedy_result_get(
		&w->train.remedies, w->info.run->settings.remedy[REMEDY_KIND_weigh]);

	m->weight = mem_array(w->train.ds->n, sizeof *m->weight);
	for (size_t i = 0; i < w->train.ds->n; i++)
		m->weight[i] = was ? was->weight[i] : 1;
	for (size_t i = 0; i < a->n; i++)
		m->weight[a->rows[i]] = (float)weight[i];
}

static void
weigh_rows(struct trainer_state *w, const struct request_remedy *r, const struct row_set *a,
	   const struct row_set *b, struct remedy_result_made *m, struct text *what,
	   struct text *note)
{
	double *weight = mem_array(a->n, sizeof *weight), auc, effective, most = 0;
	struct both_sets both = { w->train.ds, a, b };
	struct importance_sets sets = { read_row,    &both, a->n, b->n, row_set_width(w->train.ds),
					w->info.seed };

	auc = importance_find(&sets, weight);
	effective = importance_clip(weight, a->n, r->limit);
	for (size_t i = 0; i < a->n; i++)
		most = weight[i] > most ? weight[i] : most;
	store_weights(w, a, weight, m);
	text_addf(what, "%s like %s", a->name, b->name);
	text_addf(note, "AUC %.3f; largest weight %.3g, effective rows %.0f of %zu", auc, most,
		  effective, a->n);
	mem_free(weight);
}

static int
make_weigh(struct trainer_state *w, const struct request_remedy *r, struct remedy_result_made *m,
	   struct text *what, struct text *note, struct err *e)
{
	struct row_set a = { 0 }, b = { 0 };
	int status = -1;

	if (row_set_learns(w, r->set, e) == 0 && row_set_find(w, r->set, false, &a, e) == 0 &&
	    row_set_find(w, r->other, false, &b, e) == 0) {
		status = 0;
		weigh_rows(w, r, &a, &b, m, what, note);
	}
	row_set_release(&a);
	row_set_release(&b);
	return status;
}

const struct remedy remedy_weigh = {
	.name = "weigh",
	.doc = "Weight the rows of a training set by the density ratio to another set, as "
	       "estimated by a classifier.",
	.make = make_weigh,
};
