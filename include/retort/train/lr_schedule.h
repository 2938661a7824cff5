/* The learning rate of a step: a function of the knobs and of where the run stands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_LR_SCHEDULE_H
#define RETORT_TRAIN_LR_SCHEDULE_H

#include <stdint.h>

#include "retort/conf/knob.h"

/*
 * Step `step` of a run that goes over from <= step < until. Linear warm-up over k->warmup steps,
 * then constant, linear to zero, or half a cosine to zero (Loshchilov and Hutter 2017, eq. 5
 * without restarts) at `until`.
 */
double lr_schedule_at(const struct knobs *k, uint64_t step, uint64_t from, uint64_t until);

#endif
