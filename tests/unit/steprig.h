/* A lab without a thread: lines of the session language are applied between two steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_STEPRIG_H
#define RETORT_TESTS_STEPRIG_H

#include "retort/base/hash.h"
#include "retort/lab/trainer_state.h"

#define STEPRIG_THREADS 8

/* An empty lab with this many workers, at most STEPRIG_THREADS. Freed by steprig_free. */
struct trainer_state *steprig_new(int threads);
void steprig_free(struct trainer_state *w);

/* Apply one line. Returns its status; -1 with an error. */
int steprig_try(struct trainer_state *w, const char *line, struct err *e);

/* The same for a line that must not fail. */
void steprig_apply(struct trainer_state *w, const char *line);

/* Do one step, which must not end the work; its samples are joined to *samples. */
void steprig_step(struct trainer_state *w, struct hash *samples);

/* Join the samples since the last call of this or steprig_step to *samples. */
void steprig_drain(struct trainer_state *w, struct hash *samples);

/* Do steps until the work has ended. */
void steprig_work(struct trainer_state *w);

#endif
