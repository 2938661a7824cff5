/* The state of a whole session. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STATE_SESSION_H
#define RETORT_LAB_STATE_SESSION_H

#include "retort/lab/request.h"
#include "retort/lab/state_field.h"
#include "retort/lab/trainer_state.h"

/* What a session has besides runs, teachers and remedies. */
void state_session_visit(struct state_field *f, struct trainer_state *w);

/*
 * Handler of CONTINUE: fill a lab that has its data, and the teachers that are files of outputs,
 * with the whole state of the request's checkpoint. Work that was under way is paused. -1 and an
 * error: the lab is of no use.
 */
int state_session_continue(struct trainer_state *w, struct request *r, struct err *e);

#endif
