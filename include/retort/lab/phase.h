/* The phases of the lab: training a teacher, training the student, completing a report. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_PHASE_H
#define RETORT_LAB_PHASE_H

#include "retort/lab/trainer_state.h"

enum phase_outcome {
	PHASE_STEPPED,  /* one step was done */
	PHASE_DONE,     /* the work has ended; the lab is idle */
	PHASE_REPORTED, /* the same, and the report is complete */
	PHASE_DIVERGED, /* the step was not applied; the work is paused */
};

/* Whether there is work and it is not paused. */
bool phase_works(const struct trainer_state *w);

/*
 * Do one step of the work at hand, or end it when its last step is done. Evaluations are due every
 * knobs.eval_every steps, at the first step and at the last. Samples are in w->sample. Allocates
 * nothing, but where a ramp adds or removes a loss. `e` is set with PHASE_DIVERGED, and with
 * PHASE_REPORTED where the report is incomplete.
 */
enum phase_outcome phase_step(struct trainer_state *w, struct err *e);

#endif
