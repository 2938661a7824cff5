/* Forks: a run copied at a step, with changes of its own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_FORK_H
#define RETORT_LAB_FORK_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * FORK: copy the run in hand to a new one, which takes the changes and is focused. Both are then
 * trained in lockstep. -1 and an error: there is no new run.
 */
int fork_request(struct trainer_state *w, struct request *r, struct err *e);

#endif
