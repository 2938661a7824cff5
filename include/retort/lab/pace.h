/* The pace of training: steps a second at most. Trainer's thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_PACE_H
#define RETORT_LAB_PACE_H

#include "retort/lab/trainer_state.h"

struct pace {
	double next; /* seconds of mono_now: with a pace, no step before this */
};

/* Seconds until the pace allows the next step; 0 or less: now. */
double pace_early(const struct pace *p, const struct trainer_state *w);

/* After a step: the next one is due one interval after this one was, or now after a pause. */
void pace_keep(struct pace *p, const struct trainer_state *w);

#endif
