/* History: the settings in force during every stretch of the student's training. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_HISTORY_H
#define RETORT_LAB_HISTORY_H

#include "retort/lab/trainer_state.h"

/* Append the settings in force from this step on, while the student trains; else do nothing. */
void history_add(struct trainer_state *w);

/*
 * The entry that the baseline's step after `step` steps belongs to; `out` is filled with its
 * settings, those under a ramp at their value at `step`, but for the batch size, which is the
 * current one. Where no set with labelled rows counted then, the weights of sets are those at the
 * end of the last earlier entry in which one did. At least one entry exists. Allocates nothing.
 */
const struct history_entry *history_baseline(const struct trainer_state *w, uint64_t step,
					     struct settings *out);

#endif
