/* Requests that are applied at any step boundary: knobs, maps, weights of teachers, undo. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_LIVE_CHANGE_H
#define RETORT_LAB_LIVE_CHANGE_H

#include "retort/lab/trainer.h"
#include "retort/lab/trainer_state.h"

/* Handlers of request_table, see there. */
int live_change_set(struct trainer_state *w, struct request *r, struct err *e);
int live_change_bitext(struct trainer_state *w, struct request *r, struct err *e);
int live_change_map(struct trainer_state *w, struct request *r, struct err *e);
int live_change_weight(struct trainer_state *w, struct request *r, struct err *e);
int live_change_mute(struct trainer_state *w, struct request *r, struct err *e);
int live_change_draw(struct trainer_state *w, struct request *r, struct err *e);
int live_change_undo(struct trainer_state *w, struct request *r, struct err *e);
int live_change_redo(struct trainer_state *w, struct request *r, struct err *e);
int live_change_eval(struct trainer_state *w, struct request *r, struct err *e);
int live_change_mark(struct trainer_state *w, struct request *r, struct err *e);
int live_change_expect(struct trainer_state *w, struct request *r, struct err *e);

/* Apply settings at a step boundary as one change that can be undone; r->note lists what changed.
 */
int live_change_make(struct trainer_state *w, const struct settings *after, struct request *r,
		     struct err *e);

/* Prepare the feed to evaluate at a step boundary; -1 and an error where nothing has run yet. */
int live_change_ready(struct trainer_state *w, struct err *e);

/* Clear undo and redo: what they applied to is gone. */
void live_change_forget(struct trainer_state *w);

#endif
