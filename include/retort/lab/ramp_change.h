/* Schedules: ramps of knobs over the steps of the main line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_RAMP_CHANGE_H
#define RETORT_LAB_RAMP_CHANGE_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * REQUEST_RAMP: the knob follows the ramp from the step at which the main line stands, or stays
 * where it is. Ramps are of the main line, and stand still while a teacher trains.
 */
int ramp_change_ramp(struct trainer_state *w, struct request *r, struct err *e);

#endif
