/* The list of runs, with the interval of each difference to the reference. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_RUN_COMPARE_H
#define RETORT_LAB_RUN_COMPARE_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * COMPARE: evaluate the run in hand and the reference on the rows of their evaluations (knob
 * eval-rows), and give the interval of each difference. A function of both networks and the data.
 * -1 and an error where that is not possible now; then, and of the reference itself, there are no
 * intervals. Trainer's thread, at a step boundary.
 */
int run_compare_request(struct trainer_state *w, struct request *r, struct err *e);

/* LIST: the table of all runs as the page of the answer. Intervals that cannot be computed now are
 * left out. */
int run_compare_list(struct trainer_state *w, struct request *r, struct err *e);

#endif
