/* Ramps of knobs and weights over the steps of the student. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_RAMP_CHANGE_H
#define RETORT_LAB_RAMP_CHANGE_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * RAMP: start a ramp at the student's step, or end one and keep the value it has reached. Ramps
 * follow the student's steps: they do not advance while a teacher trains.
 */
int ramp_change_request(struct trainer_state *w, struct request *r, struct err *e);

#endif
