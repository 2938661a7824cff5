/* Stages: runs of the student with settings of their own, which go back to what they were at the end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_STAGES_H
#define RETORT_LEARN_STAGES_H

#include "retort/learn/request.h"
#include "retort/learn/work.h"

/*
 * What a request RUN asks for besides steps, laid over the settings of now: `s`. Fills in r->number where it is 0. A plain run
 * lays nothing. -1 and an error: nothing has changed.
 */
int stages_lay(const struct work *w, struct request *r, struct work_settings *s, struct err *e);

/* Put it in place, as one change; r->note says what it came to. -1 and an error: nothing has changed. */
int stages_begin(struct work *w, const struct work_settings *s, struct request *r, struct err *e);

/* Remember that such a stage begins, once w->info.from and until say where. */
void stages_note(struct work *w, enum lab_stage_kind kind);

/*
 * The run has ended and was evaluated. What its stage changed and nobody has touched since goes back to what it was, as one
 * change of its own; w->ended says what.
 */
void stages_end(struct work *w);

/* FREEZE. */
int stages_freeze(struct work *w, struct request *r, struct err *e);

#endif
