/* The first spine: one step of the work at hand, from rows to samples. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_STEP_H
#define RETORT_TRAIN_STEP_H

#include "retort/lab/trainer_state.h"

enum step_outcome {
	STEP_WENT,     /* one step further */
	STEP_DONE,     /* the work at hand has ended; the lab is idle */
	STEP_REPORTED, /* so has the report */
	STEP_DIVERGED, /* the step was not applied; the work is paused */
};

/* Something is at work and not paused. */
bool step_wanted(const struct trainer_state *w);

/*
 * Do one step, or end the work when its last step is done: evaluations fall due every
 * knobs.eval_every steps, at the first and at the last. Samples are in w->sample. Allocates
 * nothing. `e` is set where the outcome is STEP_DIVERGED, or STEP_REPORTED without a report.
 */
enum step_outcome step_run(struct trainer_state *w, struct err *e);

#endif
