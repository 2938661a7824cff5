/* remedy_prior.c: the output's bias, for the class shares of the set that the student will meet. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/remedy/remedy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/data/shift/shift.h"
#include "retort/probe/row_set.h"

#define ROWS 4000  /* of the set that are looked at, at most */
#define LEAST 1e-6 /* share of a class */
#define TOLD 3     /* classes whose bias moves most */

/* What is known of the student and of the set. */
struct look {
	size_t n, classes;
	double *logits;  /* [n,classes] of the student for the set */
	double *taught;  /* [classes] its mean probabilities of the rows that it learns from */
	double *teacher; /* [classes] the teacher's of the set; NULL without one */
};

static void
release(struct look *l)
{
	mem_free(l->logits);
	mem_free(l->taught);
	mem_free(l->teacher);
}

/* Ways to a correction, by the word behind `by`. shift[classes] is added to what is there. */
struct way {
	const char *name;
	bool asks; /* a teacher */
	void (*find)(const struct look *l, double *shift);
};

/* Shares by EM, and the logarithm of what they are to what they were. */
static void
by_em(const struct look *l, double *shift)
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

/* The bias with which the student says of the set, on the mean, what the teacher says of it. */
static void
by_match(const struct look *l, double *shift)
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

static const struct way ways[] = { { "match", true, by_match }, { "em", false, by_em } };
#define WAYS (sizeof ways / sizeof *ways)

static int
parse(int argc, char *const *argv, struct request_remedy *r, struct err *e)
{
	const char *how = argc >= 2 && strcmp(argv[argc - 2], "by") == 0 ? argv[argc - 1] : NULL;
	int words = how ? argc - 2 : argc;

	if (words > 1)
		return err_set(e, "it goes [SET] [by match|em]");
	snprintf(r->set, sizeof r->set, "%s", words ? argv[0] : "held-out");
	for (size_t i = 0; i < WAYS; i++)
		if (!how || strcmp(how, ways[i].name) == 0) {
			snprintf(r->method, sizeof r->method, "%s", how ? how : "");
			return 0;
		}
	return err_set(e, "by: '%.40s' is none of match, em", how);
}

/* Mean probabilities over logits [n,classes], which become probabilities; NULL stays NULL. */
static double *
mean_of(double *p, const struct row_set *s, size_t classes)
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
look(struct trainer_state *w, const struct row_set *set, struct look *l, struct err *e)
{
	struct row_set taught = { 0 };
	double *p = NULL, *q = NULL;
	int status = -1;

	l->classes = (size_t)w->train.ds->classes;
	l->n = set->n;
	row_set_taught(w, &taught);
	if (taught.n == 0)
		err_set(e, "no row counts that the student learns from");
	else if (row_set_ask(w, set, true, &l->logits, e) == 0 &&
		 row_set_ask(w, &taught, true, &p, e) == 0 &&
		 row_set_ask(w, set, false, &q, e) == 0) {
		l->taught = mean_of(p, &taught, l->classes);
		l->teacher = mean_of(q, set, l->classes);
		status = 0;
	}
	row_set_release(&taught);
	return status;
}

/* Without a word the one that can be: with a teacher to match, else by EM. */
static const struct way *
find_way(const struct request_remedy *r, const struct look *l, struct err *e)
{
	const struct way *way = &ways[0];

	while (r->method[0] ? strcmp(way->name, r->method) != 0 : way->asks && !l->teacher)
		way++;
	if (!way->asks || l->teacher)
		return way;
	err_set(e, "by %s: no teacher that says all its logits; by em needs none", way->name);
	return NULL;
}

/* "3 +5.2, 8 -1.2": the classes whose bias moves most. */
static void
tell_moves(const struct dataset *ds, const double *move, struct text *note)
{
	size_t classes = (size_t)ds->classes;
	double *size = mem_array(classes, sizeof *size);
	uint8_t *most = mem_array(classes, 1);

	for (size_t c = 0; c < classes; c++)
		size[c] = fabs(move[c]);
	row_choice_largest(size, classes, classes < TOLD ? classes : TOLD, most);
	text_add(note, "bias");
	for (size_t c = 0; c < classes; c++)
		if (most[c])
			text_addf(note, " %s %+.2f", ds->class_name[c], move[c]);
	mem_free(size);
	mem_free(most);
}

static int
correct(struct trainer_state *w, const struct request_remedy *r, const struct row_set *set,
	struct remedy_result_made *m, struct text *what, struct text *note, struct err *e)
{
	const struct remedy_result_made *was = remedy_result_get(
		&w->train.remedies, w->info.run.settings.remedy[REMEDY_KIND_prior]);
	struct look l = { 0 };
	const struct way *way = look(w, set, &l, e) == 0 ? find_way(r, &l, e) : NULL;

	if (way) {
		m->shift = mem_array(l.classes, sizeof *m->shift);
		way->find(&l, m->shift);
		tell_moves(w->train.ds, m->shift, note);
		for (size_t c = 0; was && c < l.classes;
		     c++) /* it comes in place of that one, and was found on top of it */
			m->shift[c] += was->shift[c];
		text_addf(what, "of %s by %s", set->name, way->name);
	}
	release(&l);
	return way ? 0 : -1;
}

static int
make(struct trainer_state *w, const struct request_remedy *r, struct remedy_result_made *m,
     struct text *what, struct text *note, struct err *e)
{
	struct row_set set = { 0 };
	int status = -1;

	if (!w->run.student)
		return err_set(e, "no student yet; `student mlp 32` makes one");
	if (!net_bias(w->run.student->net))
		return err_set(e, "the student's output has no bias");
	if (row_set_find(w, r->set, false, &set, e) == 0) {
		row_set_draw(w, &set, ROWS);
		status = correct(w, r, &set, m, what, note, e);
	}
	row_set_release(&set);
	return status;
}

const struct remedy remedy_prior = {
	.name = "prior",
	.args = "[SET] [by match|em]",
	.complete = "@set|off|by by|match|em match|em @word",
	.doc = "Correct the bias of the student's output for the class shares of a set that it "
	       "will meet, without its labels.",
	.parse = parse,
	.make = make,
};
