/* Stages: runs of the student with settings of their own, restored at their end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STAGE_H
#define RETORT_LAB_STAGE_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/* Apply the settings of stage_preset_settings as one change; r->note describes it. -1 and an error:
 * nothing changed. */
int stage_begin(struct trainer_state *w, const struct settings *s, struct request *r,
		struct err *e);

/* Append the stage to the list, once w->info.run->from and until are set. */
void stage_note(struct trainer_state *w, enum lab_stage_kind kind);

/*
 * The run has ended and was evaluated: restore what its stage changed and nothing else has changed
 * since, as one change of its own; w->ended describes it.
 */
void stage_end(struct trainer_state *w);

/* Handler of FREEZE. */
int stage_freeze(struct trainer_state *w, struct request *r, struct err *e);

#endif
