/* What a request does to the workshop, at a boundary between two steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_APPLY_H
#define RETORT_LEARN_APPLY_H

#include "retort/learn/trainer.h"
#include "retort/learn/work.h"

/* Default knobs, no data, nothing at work. */
void apply_init(struct work *w, int threads);
void apply_release(struct work *w);

/*
 * Do what `r` says. 0 and r's note and value filled, or -1 and an error with nothing changed.
 * Kinds that are only for an idle lab are refused with who is at work.
 */
int apply_request(struct work *w, struct request *r, struct err *e);

/* The kind needs an idle lab. */
bool apply_needs_idle(enum request_kind kind);

/* The student, its maps, its steps and what was changed are gone. */
void apply_drop_student(struct work *w);

/* A branch from a request's spec, or from its checkpoint. NULL with an error. */
struct branch *apply_make(struct work *w, struct request *r, int id, const char *name, struct err *e);

/* What the main thread may know of a network; `origin`: the file it came from, or "". */
void apply_describe(struct lab_net *out, const struct branch *b, const char *origin);

/* Everything that depends on the batch and on who teaches, before a look at rows. Only while nothing trains. */
int apply_prepare(struct work *w, struct err *e);

/* Of the order in which somebody sees rows. */
uint64_t apply_order_seed(const struct work *w, const char *who);

#endif
