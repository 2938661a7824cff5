/* One optimizer step: batch, teacher outputs, losses, gradient, update. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_STEP_H
#define RETORT_TRAIN_STEP_H

#include "retort/train/train.h"

/* Work that goes over steps from <= step < until: the learning rate's schedule runs over it. */
struct step_span {
	uint64_t from, until;
};

/*
 * One step of the student, of teacher i on labels, of the baseline. `s`: the settings at this step.
 * `again`: on the batch of the student before, see feed_again. `out` has the figures; with
 * out->applied false the step diverged and nothing changed. Trainer's thread. Allocates nothing.
 * The same state and settings give the same bits on any number of threads.
 */
void step_student(struct train *t, const struct settings *s, struct branch *student,
		  struct step_span span, bool again, struct branch_result *out);
void step_teacher(struct train *t, const struct settings *s, int i, struct step_span span,
		  struct branch_result *out);
void step_baseline(struct train *t, const struct settings *s, struct branch *baseline,
		   struct step_span span, struct branch_result *out);

#endif
