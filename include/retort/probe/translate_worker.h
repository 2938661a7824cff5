/* A thread that has texts translated, while the training goes on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_TRANSLATE_WORKER_H
#define RETORT_PROBE_TRANSLATE_WORKER_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

struct translate_worker;

/*
 * Takes orders from the trainer's thread. `done` is called with `arg` in this one's thread: with a
 * request PROGRESS now and then, and in the end with the order, answered. No thread runs before the
 * first order.
 */
struct translate_worker *translate_worker_new(void (*done)(void *arg, struct request *r),
					      void *arg);

/* Kills the translator, joins, frees. `done` may be called until this returns. */
void translate_worker_free(struct translate_worker *t);

/*
 * Trainer's thread, between two steps: takes the texts of the training rows along, and leaves. 0:
 * `r` is this one's until `done`, with r->bitext the pairs of all that came back. What was
 * translated before is in a file of the cache, one for each version of a translator, and is not
 * asked again; what is new is written there as it comes. A translator that failed in the middle
 * answers with what there is and says so in r->note; one that brought nothing is an error. -1, and
 * an error in r: it is the caller's.
 */
int translate_worker_take(struct translate_worker *t, const struct trainer_state *w,
			  struct request *r);

/* End the translation that is under way, if one is: it answers with what there is. */
void translate_worker_stop(struct translate_worker *t);

#endif
