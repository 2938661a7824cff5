/* Changes of knobs, for the markers and value strips of every run. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_KNOB_CHANGES_H
#define RETORT_LAB_KNOB_CHANGES_H

#include <stdint.h>

#include "retort/conf/ramp.h"

struct request;
struct run;
struct trainer_state;

/* A knob of a run that has another value, or another ramp, than at the last answer. */
struct knob_change {
	int run;       /* its number */
	uint64_t step; /* of that run */
	int knob;      /* index in knob_table */
	double from, to;
	bool ramps;       /* its ramp is another one */
	struct ramp ramp; /* that is in force now; no legs: none */
};

/* From now on count changes of a run from the settings that it has now. Trainer's thread. */
void knob_changes_begin(struct run *r);

/* Append to r->change what has changed in each run since the last answer. Trainer's thread. */
void knob_changes_take(struct trainer_state *w, struct request *r);

#endif
