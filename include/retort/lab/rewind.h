/* Back to an earlier step of a run: the nearest kept state, and the steps from there again. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_REWIND_H
#define RETORT_LAB_REWIND_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * Bring the run in hand to `step`, as it was when that step was reached, before changes made there;
 * at the first step of work, after those that the work began with. Steps after a kept state are
 * computed again, without samples, until w->again_cancelled. Undo is as it was at that step, redo
 * is empty, and the baseline is dropped. *again: number of steps computed. -1 and an error: the run
 * is as it was.
 */
int rewind_run(struct trainer_state *w, uint64_t step, uint64_t *again, struct err *e);

/* REWIND: the run in hand, or all in lockstep with it, go on from an earlier step. */
int rewind_request(struct trainer_state *w, struct request *r, struct err *e);

#endif
