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

/* ---- for lab/lockstep.c ---- */

/* Sample the figures of a step of a network. */
void phase_sample(struct trainer_state *w, const struct branch *b, const struct branch_result *r);

/* Evaluate a network where it is due, or at the start of its work; its work can end by `rule`. */
void phase_evaluate(struct trainer_state *w, const struct branch *b, const struct stop_rule *rule,
		    bool starts);

/* Pause the work because of an error. */
enum phase_outcome phase_pause(struct trainer_state *w);

/* The same because the step after `step` steps was not applied. */
enum phase_outcome phase_refuse(struct trainer_state *w, const struct branch_result *r,
				uint64_t step, struct err *e);

/* End the run in hand; where it was the last in training, the work. */
void phase_end_student(struct trainer_state *w);

/* Report that the run in hand has stopped while others train; e NULL: it has ended. */
void phase_notice(struct trainer_state *w, const struct err *e);

#endif
