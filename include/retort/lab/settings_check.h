/* Checks of settings: what excludes each other, and what the data and the teachers do not allow. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SETTINGS_CHECK_H
#define RETORT_LAB_SETTINGS_CHECK_H

#include "retort/lab/trainer_state.h"

/*
 * Check settings that are to replace `now`, and the values that their ramps will give: 0, or -1 and
 * the first reason against them, with the command that removes it.
 */
int settings_check(const struct trainer_state *w, const struct settings *now,
		   const struct settings *s, struct err *e);

/* Check the settings in force against the teachers' options and the data before work starts. */
int settings_check_work(const struct trainer_state *w, const struct settings *s, struct err *e);

/* Whether augmentation starts: teachers with cached outputs need buffers for augmented batches. */
bool settings_check_starts_augment(const struct trainer_state *w, const struct knobs *was,
				   const struct knobs *now);

#endif
