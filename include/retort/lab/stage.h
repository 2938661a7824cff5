/* Stages: runs of the student with settings of their own, which go back to what they were at the
 * end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STAGE_H
#define RETORT_LAB_STAGE_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * What a request RUN asks for besides steps, laid over the settings of now: `s`. Fills in r->number
 * where it is 0. A plain run lays nothing. -1 and an error: nothing has changed.
 */
int stage_lay(const struct trainer_state *w, struct request *r, struct settings *s, struct err *e);

/* Put it in place, as one change; r->note says what it came to. -1 and an error: nothing has
 * changed. */
int stage_begin(struct trainer_state *w, const struct settings *s, struct request *r,
		struct err *e);

/* Remember that such a stage begins, once w->info.run.from and until say where. */
void stage_note(struct trainer_state *w, enum lab_stage_kind kind);

/*
 * The run has ended and was evaluated. What its stage changed and nobody has touched since goes
 * back to what it was, as one change of its own; w->ended says what.
 */
void stage_end(struct trainer_state *w);

/* FREEZE. */
int stage_freeze(struct trainer_state *w, struct request *r, struct err *e);

#endif
