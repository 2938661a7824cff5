/* remedy_prior.c: correction of the output bias for the class shares of a target set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/remedy/remedy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/data/shift/shift.h"
#include "retort/probe/row_set.h"

#define ROWS 4000  /* of the set, at most */
#define LEAST 1e-6 /* smallest share of a class */
#define LISTED 3   /* classes in the note: those whose bias changes most */

/* Outputs that a correction is computed from. */
struct outputs {
	size_t n, classes;
	double *logits;  /* [n, classes] of the student for the set */
	double *taught;  /* [classes] mean probabilities of the student for its training rows */
	double *teacher; /* [classes] mean probabilities of the teacher for the set; NULL without
			    one */
};

static void
release_outputs(struct outputs *l)
{
	mem_free(l->logits);
	mem_free(l->taught);
	mem_free(l->teacher);
}

/* A method to compute the correction, by the word after `by`: adds it to shift[classes]. */
struct method {
	const char *name;
	bool needs_teacher;
	void (*find)(const struct outputs *l, double *shift);
};

/* Log ratio of the class shares estimated by EM to those of training. */
static void
by_em(const struct outputs *l, double *shift)
{
	double *p = mem_array(l->n * l->classes, sizeof *p),
	       *old = mem_array(l->classes, sizeof *old);
	double *new = mem_array(l->classes, sizeof *new);

	memcpy(p, l->logits, l->n * l->classes * sizeof *p);
	for (size_t i = 0; i < l->n; i++)
		row_set_softmax(p + i * l->classes, l->classes);
	for (size_t c = 0; c < l->classes; c++)
		new[c] = old[c] = fmax(l->taught[c], LEAST);
	class_prior_em(p, l->n, l->classes, old, new);
	for (size_t c = 0; c < l->classes; c++)
		shift[c] += log(fmax(new[c], LEAST) / old[c]);
	mem_free(p);
	mem_free(old);
	mem_free(new);
}

/* The bias with which the student's mean probabilities for the set match the teacher's. */
static void
by_match(const struct outputs *l, double *shift)
{
	double *want = mem_array(l->classes, sizeof *want),
	       *move = mem_array(l->classes, sizeof *move), sum = 0;

	for (size_t c = 0; c < l->classes; c++)
		sum += want[c] = fmax(l->teacher[c], LEAST);
	for (size_t c = 0; c < l->classes; c++)
		want[c] /= sum;
	class_prior_match(l->logits, l->n, l->classes, want, move);
	for (size_t c = 0; c < l->classes; c++)
		shift[c] += move[c];
	mem_free(want);
	mem_free(move);
}

static const struct method methods[] = { { "match", true, by_match }, { "em", false, by_em } };
#define METHODS (sizeof methods / sizeof *methods)

/* Mean probabilities by weight, [classes], of logits p[n, classes], which are freed. NULL for NULL.
 */
static double *
mean_outputs(double *p, const struct row_set *s, size_t classes)
{
	double *mean = p ? mem_array(classes, sizeof *mean) : NULL, all = 0;

	for (size_t i = 0; p && i < s->n; i++) {
		double by = s->weight ? s->weight[i] : 1;

		row_set_softmax(p + i * classes, classes);
		for (size_t c = 0; c < classes; c++)
			mean[c] += by * p[i * classes + c];
		all += by;
	}
	for (size_t c = 0; p && c < classes; c++)
		mean[c] /= all;
	mem_free(p);
	return mean;
}

static int
compute_outputs(struct trainer_state *w, const struct row_set *set, struct outputs *l,
		struct err *e)
{
	struct row_set taught = { 0 };
	double *p = NULL, *q = NULL;
	int status = -1;

	l->classes = (size_t)w->train.ds->classes;
	l->n = set->n;
	row_set_taught(w, &taught);
	if (taught.n == 0)
		err_set(e, "no training row of the student has a weight above 0");
	else if (row_set_logits(w, set, true, &l->logits, e) == 0 &&
		 row_set_logits(w, &taught, true, &p, e) == 0 &&
		 row_set_logits(w, set, false, &q, e) == 0) {
		l->taught = mean_outputs(p, &taught, l->classes);
		l->teacher = mean_outputs(q, set, l->classes);
		p = NULL; /* freed */
		status = 0;
	}
	mem_free(p);
	row_set_release(&taught);
	return status;
}

/* The method that the request names; by default match with a teacher, em without. */
static const struct method *
find_method(const struct request_remedy *r, const struct outputs *l, struct err *e)
{
	const struct method *way = &methods[0];

	while (r->method[0] ? strcmp(way->name, r->method) != 0 : way->needs_teacher && !l->teacher)
		way++;
	if (!way->needs_teacher || l->teacher)
		return way;
	err_set(e, "by %s: no teacher with all its logits; `by em` needs none", way->name);
	return NULL;
}

/* "bias 3 +5.2 8 -1.2": the classes whose bias changes most. */
static void
list_changes(const struct dataset *ds, const double *move, struct text *note)
{
	size_t classes = (size_t)ds->classes;
	double *size = mem_array(classes, sizeof *size);
	uint8_t *most = mem_array(classes, 1);

	for (size_t c = 0; c < classes; c++)
		size[c] = fabs(move[c]);
	row_choice_largest(size, classes, classes < LISTED ? classes : LISTED, most);
	text_add(note, "bias");
	for (size_t c = 0; c < classes; c++)
		if (most[c])
			text_addf(note, " %s %+.2f", ds->class_name[c], move[c]);
	mem_free(size);
	mem_free(most);
}

static int
make_correction(struct trainer_state *w, const struct request_remedy *r, const struct row_set *set,
		struct remedy_result_made *m, struct text *what, struct text *note, struct err *e)
{
	const struct remedy_result_made *was = remedy_result_get(
		&w->train.remedies, w->info.run->settings.remedy[REMEDY_KIND_prior]);
	struct outputs l = { 0 };
	const struct method *way =
		compute_outputs(w, set, &l, e) == 0 ? find_method(r, &l, e) : NULL;

	if (way) {
		m->shift = mem_array(l.classes, sizeof *m->shift);
		way->find(&l, m->shift);
		list_changes(w->train.ds, m->shift, note);
		for (size_t c = 0; was && c < l.classes;
		     c++) /* replaces the one that the logits already include */
			m->shift[c] += was->shift[c];
		text_addf(what, "of %s by %s", set->name, way->name);
	}
	release_outputs(&l);
	return way ? 0 : -1;
}

static int
make_prior(struct trainer_state *w, const struct request_remedy *r, struct remedy_result_made *m,
	   struct text *what, struct text *note, struct err *e)
{
	struct row_set set = { 0 };
	int status = -1;

	if (!w->run->student)
		return err_set(e, "no student yet; `student mlp 32` makes one");
	if (!net_bias(w->run->student->net))
		return err_set(e, "the student's output has no bias");
	if (row_set_find(w, r->set, false, &set, e) == 0) {
		row_set_draw(w, &set, ROWS);
		status = make_correction(w, r, &set, m, what, note, e);
	}
	row_set_release(&set);
	return status;
}

const struct remedy remedy_prior = {
	.name = "prior",
	.doc = "Correct the bias of the student's output for the class shares of a set, without "
	       "its labels.",
	.make = make_prior,
};
