/* remedy_weigh.c: importance weights of training rows for the distribution of another set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/remedy/remedy.h"

#include <stdio.h>
#include <string.h>

#include "retort/data/shift/shift.h"
#include "retort/probe/row_set.h"

#define LIMIT 10 /* largest weight by default */

static int
parse_weigh(int argc, char *const *argv, struct request_remedy *r, struct err *e)
{
	const char *limit = argc == 5 && strcmp(argv[3], "limit") == 0 ? argv[4] : NULL;

	if ((argc != 3 && !limit) || strcmp(argv[1], "like") != 0)
		return err_set(e, "expected SET like SET [limit W]");
	snprintf(r->set, sizeof r->set, "%s", argv[0]);
	snprintf(r->other, sizeof r->other, "%s", argv[2]);
	r->limit = LIMIT;
	if (limit && (text_to_double(limit, &r->limit) < 0 || !(r->limit > 1 && r->limit <= 1e6)))
		return err_set(e,
			       "invalid limit '%.40s' (expected a number above 1, up to 1000000)",
			       limit);
	return 0;
}

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
		&w->train.remedies, w->info.run.settings.remedy[REMEDY_KIND_weigh]);

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
	.args = "SET like SET [limit W]",
	.doc = "Weight the rows of a training set by the density ratio to another set, as "
	       "estimated by a classifier.",
	.needs_words = true,
	.parse = parse_weigh,
	.make = make_weigh,
};
