/* One optimizer step: batch, teacher outputs, losses, gradient, update. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_STEP_H
#define RETORT_TRAIN_STEP_H

#include "retort/train/train.h"

/* Work that goes over steps from <= step < until: the learning rate's schedule runs over it. */
struct step_span {
	uint64_t from, until;
};

/* A student in a step. */
struct step_student {
	const struct settings *settings; /* at this step */
	struct branch *student;
	struct step_span span;
	struct branch_result *out; /* figures; with `applied` false the step diverged and nothing
				      changed */
};

/*
 * One step of each of n students, 1..TRAIN_RUNS, which all are at the same step and draw the same
 * rows (orders_same): the batch and the outputs of the teachers are computed once. t->orders are
 * those of the first. Students are computed side by side where that is quicker than to share out
 * the work of each. Trainer's thread. Allocates nothing. The same state and settings give the same
 * bits on any number of threads, with any others.
 */
void step_students(struct train *t, const struct step_student *s, int n);

/* One step of teacher i on labels, of the baseline. The rest as for students. */
void step_teacher(struct train *t, const struct settings *s, int i, struct step_span span,
		  struct branch_result *out);
void step_baseline(struct train *t, const struct settings *s, struct branch *baseline,
		   struct step_span span, struct branch_result *out);

#endif
