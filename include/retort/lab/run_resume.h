/* A run that was loaded in the middle of its work goes on, or ends there. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_RUN_RESUME_H
#define RETORT_LAB_RUN_RESUME_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/* Check that the student of the run in hand can be trained for so many steps: 0, or -1 and why not.
 */
int run_resume_check(struct trainer_state *w, int64_t steps, struct err *e);

/*
 * Continue the work that the run in hand was loaded in the middle of: up to its last step, with the
 * settings, the stage and the learning rates that it began with. -1 and an error: nothing changed.
 */
int run_resume_continue(struct trainer_state *w, struct request *r, struct err *e);

/* End that work, before other work: the settings of its stage are restored. False: there was none.
 */
bool run_resume_end(struct trainer_state *w);

#endif
