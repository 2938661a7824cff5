/* A report begins. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_IDLE_REPORT_H
#define RETORT_LAB_IDLE_REPORT_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * REPORT: train the baseline, which has the start and the steps of the student of the run in hand,
 * on labels alone; its figures and those of all networks come at the end. -1 and an error: no
 * student.
 */
int idle_report_request(struct trainer_state *w, struct request *r, struct err *e);

#endif
