/* Live changes: knobs, maps, weights of teachers, and taking them back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_LIVE_CHANGE_H
#define RETORT_LAB_LIVE_CHANGE_H

#include "retort/lab/trainer.h"
#include "retort/lab/trainer_state.h"

/*
 * The requests that may come at any boundary: SET, MAP, WEIGHT, MUTE, DRAW, RAMP, BALANCE, FREEZE,
 * REMEDY, UNDO, REDO, EVAL, MARK, EXPECT, SNAPSHOT, STOP, PAUSE, RESUME, STEP. 0, or -1 and an
 * error with nothing changed.
 */
int live_change_request(struct trainer_state *w, struct request *r, struct err *e);

/* Put other settings in place between two steps, as one change that can be had back; r->note says
 * what it came to. */
int live_change_make(struct trainer_state *w, const struct trainer_state_settings *after,
		     struct request *r, struct err *e);

/* Make the feed fit to look at losses between two steps; -1 and an error where nothing has run yet.
 */
int live_change_look(struct trainer_state *w, struct err *e);

/* Remember the knobs and their ramps from this step on: the plain student will follow them. */
void live_change_era(struct trainer_state *w);

/* Nothing can be undone any more: what it applied to is gone. */
void live_change_forget(struct trainer_state *w);

#endif
