/* The trainer: the thread that owns the lab. Requests go in, samples and answers come out. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_TRAINER_H
#define RETORT_LAB_TRAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/lab/request.h"
#include "retort/lab/trainer_addons.h"
#include "retort/lab/trainer_state.h"

/*
 * Nothing is shared between the main thread and the trainer; things are handed over.
 *
 *   mailbox  main -> trainer   requests, in order
 *   ring     trainer -> main   samples and answers, in one order: an answer that says "at step
 *                              620" comes after every sample of step 620 and before those of 621
 *
 * A request is applied at a step boundary, after those posted before it, and when its stamp is due.
 * It then comes back through the ring as its own answer, with the step at which it took effect and
 * a snapshot of the lab. The trainer itself does no input or output.
 */
struct trainer;

/* What goes through the ring. metric == METRIC_NONE: `answer`, which the receiver frees with
 * request_free. */
struct event {
	uint32_t step;
	uint16_t run; /* its number; of a teacher, the run in hand */
	uint16_t branch : 5;
	uint16_t metric : 11;
	union {
		double value;
		struct request *answer;
	};
};

/*
 * Starts the thread. threads >= 1: size of its pool; ring: events that are buffered for a slow
 * reader (0: 65536); addons: NULL-terminated, or NULL without any.
 */
struct trainer *trainer_new(int threads, size_t ring, const struct trainer_addon *const *addons);

/* Share sweeps, and teacher outputs, with other processes. `share` is borrowed until trainer_free.
 * Main thread, before the first request. */
void trainer_share(struct trainer *t, const struct sweep_share *share);

/* Stops at the next step boundary, joins, frees. Requests not yet applied are dropped. */
void trainer_free(struct trainer *t);

/* Hands `r` over. Where it can replace the last one in the mailbox (request_replaces), that is
   freed: only the later one is answered. Any thread. */
void trainer_post(struct trainer *t, struct request *r);

/*
 * While held, the trainer applies requests but does no step. A script holds it, posts `run` and the
 * stamped lines after it, and releases it: else the run could pass a stamp before it is posted.
 * Stamped requests are applied in the order posted, each at its step; one whose step has passed
 * is answered with an error. Unstamped requests do not wait for stamped ones.
 */
void trainer_hold(struct trainer *t, bool held);

/* Main thread. At most `max` events, oldest first. */
size_t trainer_take(struct trainer *t, struct event *out, size_t max);

/* Main thread. A descriptor that polls readable when there is something to take. Call
 * trainer_drain, then take. */
int trainer_fd(const struct trainer *t);
void trainer_drain(struct trainer *t);

#endif
