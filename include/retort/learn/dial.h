/* Dials: whatever has a number that can be turned while the student trains, so that a ramp or a stage can: knobs and weights. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_DIAL_H
#define RETORT_LEARN_DIAL_H

#include "retort/learn/work.h"

/* A dial is the index of a knob in knob_table, or one of these; it stays what it is while other things come and go. */
#define DIAL_SET(i) (RAMP_OTHER + (i))         /* what rows of set i count */
#define DIAL_TEACHER(k) (RAMP_OTHER + 100 + (k))
#define DIAL_MAP(slot) (RAMP_OTHER + 200 + (int)(slot)) /* a pair of layers, by its metric slot */

#define DIAL_MOST 1e6 /* that a weight can be */

/* "set:few", "teacher:big", "map2" as the pair's metrics have it; -1 and an error that says what there is. */
int dial_find(const struct lab_info *info, const char *word, struct err *e);

/* Whether a word would name one of these rather than a knob. */
bool dial_is_weight(const char *word);

/* The word for it. Returns buf. */
const char *dial_name(const struct lab_info *info, int dial, char *buf, size_t size);

/* What it stands at; NaN of a pair that is not on the map any more. */
double dial_value(const struct work_settings *s, int dial);
double dial_now(const struct lab_info *info, int dial);

/* A hand on it: its ramp ends. */
void dial_turn(struct work_settings *s, int dial, double value);

/* The dial behind `dial` that `s` has, from -1 on; -1 behind the last. */
int dial_next(const struct work_settings *s, int dial);

/* Give all that follow a ramp their values at a step. */
void dial_apply(struct work_settings *s, uint64_t step);
void dial_follow(struct lab_info *info, uint64_t step);

/* Take ramps out that dials from..below follow: these are gone. */
void dial_forget(struct lab_info *info, int from, int below);

#endif
