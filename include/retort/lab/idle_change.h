/* Requests that need an idle lab: networks, and the start of training. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_IDLE_CHANGE_H
#define RETORT_LAB_IDLE_CHANGE_H

#include "retort/lab/trainer.h"
#include "retort/lab/trainer_state.h"

/* Default knobs, no data, nothing at work. */
void idle_change_init(struct trainer_state *w, int threads);
void idle_change_release(struct trainer_state *w);

/* Whether a request of that row can be applied now: 0, or -1 and an error that names what trains.
 */
int idle_change_allows(const struct trainer_state *w, const struct request_row *row, struct err *e);

/* STUDENT: make or load it, in place of the one before. */
int idle_change_student(struct trainer_state *w, struct request *r, struct err *e);

/* TRAIN, RUN: start training a teacher, training the student. */
int idle_change_train(struct trainer_state *w, struct request *r, struct err *e);
int idle_change_run(struct trainer_state *w, struct request *r, struct err *e);

/* Rebuilds what depends on the batch size and on the teachers, before rows go through networks.
 * Only while nothing trains. -1 and an error. */
int idle_change_prepare(struct trainer_state *w, struct err *e);

/* The same for an evaluation, also where nothing has been trained yet. */
int idle_change_ready(struct trainer_state *w, struct err *e);

#endif
