/* step.c: one optimizer step: feed, losses, gradient, update. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/step.h"

#include <string.h>

#include "retort/train/feed.h"
#include "retort/train/freeze.h"
#include "retort/train/lr_schedule.h"
#include "retort/train/branch_step.h"

/* Operations of a forward pass that several threads should not do much faster than one. A guess: it
 * matters from five threads on, where it was not measured. */
#define SMALL 2e7

static void
step(struct branch *b, const struct branch_feed *f, const struct settings *s, struct step_span span,
     struct branch_result *out)
{
	double lr = lr_schedule_at(&s->knobs, b->state->step, span.from, span.until);

	branch_step(b, f, &s->knobs, s->map, lr, out);
}

/* Shares of the feed's teachers, to shares by index of the teacher. */
static void
index_shares(const struct branch_feed *f, struct branch_result *out)
{
	double share[TRAIN_TEACHERS] = { 0 };

	for (int k = 0; k < f->n_teachers; k++)
		share[f->t_index[k]] = out->share[k];
	memcpy(out->share, share, sizeof share);
}

/* Students of one batch, each with its teachers. */
struct students {
	const struct step_student *s;
	struct branch_feed feed[TRAIN_RUNS];
};

static void
step_one(void *arg, int index)
{
	const struct students *j = arg;
	const struct step_student *s = &j->s[index];

	step(s->student, &j->feed[index], s->settings, s->span, s->out);
	index_shares(&j->feed[index], s->out);
}

/*
 * How many of n students to compute side by side, each on one thread; the rest then follow one by
 * one, each on all threads. As many as there are threads, again and again; of what remains all or
 * none: one by one pays only where few remain, and the products are large enough to be shared out.
 */
static int
side_by_side(const struct branch *b, int n, int threads)
{
	int rest = n % threads;

	if (n == 1 || threads == 1)
		return 0;
	if (rest > 1 && (2 * rest >= threads || graph_cost(b->net->graph) < SMALL))
		return n;
	return n - rest;
}

void
step_students(struct train *t, const struct step_student *s, int n)
{
	struct students j = { .s = s };
	int beside = side_by_side(s->student, n, pool_threads(t->pool));

	for (int i = 0; i < n; i++)
		if (i)
			feed_again(t, s[i].settings, s[i].student->state->step, &j.feed[i]);
		else
			feed_student(t, s->settings, s->student->state->step, true, j.feed);
	pool_run(t->pool, beside, step_one, &j);
	for (int i = beside; i < n; i++)
		step_one(&j, i);
}

void
step_teacher(struct train *t, const struct settings *s, int i, struct step_span span,
	     struct branch_result *out)
{
	struct branch *b = t->teacher[i].branch;
	struct branch_feed f;

	freeze_set(b, s->teacher_frozen[i]);
	feed_teacher_training(t, s, i, b->state->step, &f);
	step(b, &f, s, span, out);
}

void
step_baseline(struct train *t, const struct settings *s, struct branch *baseline,
	      struct step_span span, struct branch_result *out)
{
	struct branch_feed f;

	freeze_set(baseline, s->frozen);
	feed_baseline(t, s, baseline->state->step, &f);
	step(baseline, &f, s, span, out);
}
