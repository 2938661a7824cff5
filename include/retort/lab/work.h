/* Requests that change when steps are done, never what they compute. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_WORK_H
#define RETORT_LAB_WORK_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/* STOP: end the work after the steps that are done. */
int work_stop(struct trainer_state *w, struct request *r, struct err *e);

/* CANCEL: give up steps that are computed again; where there are none, nothing. */
int work_cancel(struct trainer_state *w, struct request *r, struct err *e);

/* PAUSE, RESUME; TOGGLE: whichever of them it is now, which becomes r->kind. */
int work_pause(struct trainer_state *w, struct request *r, struct err *e);
int work_toggle(struct trainer_state *w, struct request *r, struct err *e);

/* STEP: that many more steps, then a pause. */
int work_step(struct trainer_state *w, struct request *r, struct err *e);

/* PACE: steps a second, at most; 0: no limit. */
int work_pace(struct trainer_state *w, struct request *r, struct err *e);

/* Whether a request of that row is accepted during a sweep: those above. */
bool work_allows(const struct request_row *row);

/* Return -1 and an error that names what trains. */
int work_refuse(const struct trainer_state *w, struct err *e);

#endif
