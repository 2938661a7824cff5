/* Tunables: every number that can follow a ramp or be set by a stage: knobs and weights. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_TUNABLE_H
#define RETORT_LAB_TUNABLE_H

#include "retort/lab/lab.h"

/*
 * The id of a tunable: the index of a knob in knob_table, or one of these. It does not change while
 * others are added and removed. struct ramp stores it in `knob`.
 */
#define TUNABLE_SET(i) (RAMP_OTHER + (i)) /* weight of set i */
#define TUNABLE_TEACHER(k) (RAMP_OTHER + 100 + (k))
#define TUNABLE_MAP(slot) \
	(RAMP_OTHER + 200 + (int)(slot)) /* weight of a pair of layers, by its metric slot */

#define TUNABLE_MOST 1e6 /* largest weight */

/* Id of "set:few", "teacher:big" or "map2"; -1 and an error that lists the names. */
int tunable_find(const struct lab_info *info, const char *word, struct err *e);

/* Whether a word has the form of such a name, and is no knob. */
bool tunable_is_weight(const char *word);

/* Name of an id: that of the knob, or "set:few". Returns buf. */
const char *tunable_name(const struct lab_info *info, int id, char *buf, size_t size);

/* Its value; NaN: a pair that is not on the map. */
double tunable_value(const struct settings *s, int id);

/* Set its value and cancel its ramp. */
void tunable_set(struct settings *s, int id, double value);

/* The next id that `s` has after `id`; the first for -1; -1 after the last. */
int tunable_next(const struct settings *s, int id);

/* Set everything under a ramp to its value at `step`. Allocates nothing. */
void tunable_follow(struct settings *s, uint64_t step);

/* Remove the ramps of ids from..below: what they set is gone. */
void tunable_drop_ramps(struct settings *s, int from, int below);

#endif
