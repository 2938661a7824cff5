/* Live changes: knobs, maps, weights of teachers, and taking them back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_CHANGE_H
#define RETORT_LEARN_CHANGE_H

#include "retort/learn/trainer.h"
#include "retort/learn/work.h"

/*
 * The requests that may come at any boundary: SET, MAP, WEIGHT, MUTE, DRAW, RAMP, BALANCE, FREEZE, REMEDY, UNDO, REDO, EVAL, MARK,
 * EXPECT, SNAPSHOT, STOP, PAUSE, RESUME, STEP. 0, or -1 and an error with nothing changed.
 */
int change_request(struct work *w, struct request *r, struct err *e);

/* Put other settings in place between two steps, as one change that can be had back; r->note says what it came to. */
int change_make(struct work *w, const struct work_settings *after, struct request *r, struct err *e);

/* Make the feed fit to look at losses between two steps; -1 and an error where nothing has run yet. */
int change_look(struct work *w, struct err *e);

/* Remember the knobs and their ramps from this step on: the plain student will follow them. */
void change_era(struct work *w);

/* Nothing can be undone any more: what it applied to is gone. */
void change_forget(struct work *w);

#endif
