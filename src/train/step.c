/* step.c: one optimizer step: feed, losses, gradient, update. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/step.h"

#include <string.h>

#include "retort/train/feed.h"
#include "retort/train/freeze.h"
#include "retort/train/lr_schedule.h"
#include "retort/train/branch_step.h"

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

void
step_student(struct train *t, const struct settings *s, struct branch *student,
	     struct step_span span, bool again, struct branch_result *out)
{
	struct branch_feed f;

	if (again)
		feed_again(t, s, student->state->step, &f);
	else
		feed_student(t, s, student->state->step, true, &f);
	step(student, &f, s, span, out);
	index_shares(&f, out);
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
