/* The trainer: the thread that owns the lab. Requests go in, samples and answers come out. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_TRAINER_H
#define RETORT_LAB_TRAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/lab/request.h"

/*
 * Nothing is shared between the main thread and the trainer; things are handed over.
 *
 *   mailbox  main -> trainer   requests, in order
 *   ring     trainer -> main   samples and answers, in one order: an answer that says "at step
 *                              620" comes after every sample of step 620 and before those of 621
 *
 * A request is applied between two steps, as soon as the requests before it are, and when its
 * stamp is due. It is then given back through the ring as its own answer, with the step at
 * which it took effect and a fresh snapshot of the lab. The trainer does no input or output.
 */
struct trainer;

/* What goes through the ring. metric == METRIC_NONE: `answer`, which the receiver frees with
 * request_free. */
struct event {
	uint32_t step;
	uint16_t branch;
	uint16_t metric;
	union {
		double value;
		struct request *answer;
	};
};

/* Starts the thread. `threads` >= 1 workers with it; `ring` events are kept for a slow reader (0:
 * 65536). */
struct trainer *trainer_new(int threads, size_t ring);

/* Stops at the next boundary, drains, joins, frees. Requests not yet applied are dropped. */
void trainer_free(struct trainer *t);

/* Hands `r` over. A SET of the same knob that still waits at the end of the mailbox is
   replaced (last value wins) and freed: only the later one is answered. Both unstamped. */
void trainer_post(struct trainer *t, struct request *r);

/*
 * While held, the trainer applies requests but takes no step. A script holds it, posts `run` and
 * the stamped lines behind it, and lets go: else the run could pass a stamp before it is posted.
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
