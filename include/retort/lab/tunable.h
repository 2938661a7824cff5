/* Dials: whatever has a number that can be turned while the student trains, so that a ramp or a
 * stage can: knobs and weights. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_TUNABLE_H
#define RETORT_LAB_TUNABLE_H

#include "retort/lab/trainer_state.h"

/* A dial is the index of a knob in knob_table, or one of these; it stays what it is while other
 * things come and go. */
#define TUNABLE_SET(i) (RAMP_OTHER + (i)) /* what rows of set i count */
#define TUNABLE_TEACHER(k) (RAMP_OTHER + 100 + (k))
#define TUNABLE_MAP(slot) \
	(RAMP_OTHER + 200 + (int)(slot)) /* a pair of layers, by its metric slot */

#define TUNABLE_MOST 1e6 /* that a weight can be */

/* "set:few", "teacher:big", "map2" as the pair's metrics have it; -1 and an error that says what
 * there is. */
int tunable_find(const struct lab_info *info, const char *word, struct err *e);

/* Whether a word would name one of these rather than a knob. */
bool tunable_is_weight(const char *word);

/* The word for it. Returns buf. */
const char *tunable_name(const struct lab_info *info, int dial, char *buf, size_t size);

/* What it stands at; NaN of a pair that is not on the map any more. */
double tunable_value(const struct trainer_state_settings *s, int dial);
double tunable_now(const struct lab_info *info, int dial);

/* A hand on it: its ramp ends. */
void tunable_turn(struct trainer_state_settings *s, int dial, double value);

/* The dial behind `dial` that `s` has, from -1 on; -1 behind the last. */
int tunable_next(const struct trainer_state_settings *s, int dial);

/* Give all that follow a ramp their values at a step. */
void tunable_apply(struct trainer_state_settings *s, uint64_t step);
void tunable_follow(struct lab_info *info, uint64_t step);

/* Take ramps out that dials from..below follow: these are gone. */
void tunable_forget(struct lab_info *info, int from, int below);

#endif
