/* Schedules: ramps of knobs over the steps of the main line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_SCHEDULE_H
#define RETORT_LEARN_SCHEDULE_H

#include "retort/learn/request.h"
#include "retort/learn/work.h"

/*
 * REQUEST_RAMP: the knob follows the ramp from the step at which the main line stands, or stays where it is. Ramps are of
 * the main line, and stand still while a teacher trains.
 */
int schedule_ramp(struct work *w, struct request *r, struct err *e);

#endif
