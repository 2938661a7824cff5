/* A sweep that another process trains: where it begins, and its result. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SWEEP_BACKGROUND_H
#define RETORT_LAB_SWEEP_BACKGROUND_H

#include "retort/lab/sweep.h"

/*
 * SWEEP_BEGIN: check the sweep, list its units and their keys, and put the state of the session,
 * from which the process begins, into the answer. Work continues. -1 and an error: nothing changed.
 */
int sweep_background_begin(struct trainer_state *w, struct request *r, struct err *e);

/* SWEEP_END: store the figures of a sweep that has ended for `expect`. The answer has the step. */
int sweep_background_end(struct trainer_state *w, struct request *r, struct err *e);

#endif
