/* The settings that a stage begins with. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STAGE_PRESET_H
#define RETORT_LAB_STAGE_PRESET_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * Fill `s` with the settings in force, changed as a request RUN asks for, and its number of steps
 * where that is 0. A plain run changes nothing. -1 and an error: nothing changed.
 */
int stage_preset_settings(const struct trainer_state *w, struct request *r, struct settings *s,
			  struct err *e);

#endif
