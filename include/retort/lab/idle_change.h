/* What a request does to the workshop, at a boundary between two steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_IDLE_CHANGE_H
#define RETORT_LAB_IDLE_CHANGE_H

#include "retort/lab/trainer.h"
#include "retort/lab/trainer_state.h"

/* Default knobs, no data, nothing at work. */
void idle_change_init(struct trainer_state *w, int threads);
void idle_change_release(struct trainer_state *w);

/*
 * Do what `r` says. 0 and r's note and value filled, or -1 and an error with nothing changed.
 * Kinds that are only for an idle lab are refused with who is at work.
 */
int idle_change_request(struct trainer_state *w, struct request *r, struct err *e);

/* The kind needs an idle lab. */
bool idle_change_needs_idle(enum request_kind kind);

/* The student, its maps, its steps and what was changed are gone. */
void idle_change_drop_student(struct trainer_state *w);

/* A branch from a request's spec, or from its checkpoint. NULL with an error. */
struct branch *idle_change_make(struct trainer_state *w, struct request *r, int id,
				const char *name, struct err *e);

/* What the main thread may know of a network; `origin`: the file it came from, or "". */
void idle_change_describe(struct lab_net *out, const struct branch *b, const char *origin);

/* Everything that depends on the batch and on who teaches, before a look at rows. Only while
 * nothing trains. */
int idle_change_prepare(struct trainer_state *w, struct err *e);

/* Of the order in which somebody sees rows. */
uint64_t idle_change_order_seed(const struct trainer_state *w, const char *who);

#endif
