/* What the trainer sends to the main thread: samples and answers, in one order. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_TRAINER_OUT_H
#define RETORT_LAB_TRAINER_OUT_H

#include "retort/base/ring.h"
#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/* Trainer's thread. */
struct trainer_out {
	struct ring *ring;               /* of struct event */
	const struct lab_info *snapshot; /* of the last answer; NULL before the first */
	double woken;                    /* seconds: when the reader was last woken for samples */
	double again;                    /* seconds: of the last message of trainer_out_again */
};

/* Move the samples of the last step into the ring. */
void trainer_out_samples(struct trainer_out *t, struct trainer_state *w);

/* Send an answer, with a snapshot of the lab. */
void trainer_out_answer(struct trainer_out *t, struct trainer_state *w, struct request *r);

/* Send an event that no request caused, as an answer; `e` "": without an error. */
void trainer_out_event(struct trainer_out *t, struct trainer_state *w, enum request_kind kind,
		       const struct err *e);

/* Report once a second how many steps were computed again, with the snapshot of the last answer:
 * the lab is at work between two boundaries. */
void trainer_out_again(struct trainer_out *t, uint64_t done, uint64_t of);

/* Report the runs that have stopped while others train. */
void trainer_out_notices(struct trainer_out *t, struct trainer_state *w);

/* Report that a sweep has begun, and the figures of its units that were finished since the last
 * boundary. */
void trainer_out_swept(struct trainer_out *t, struct trainer_state *w);

/* Report an evaluation that has figures which are not finite, and kept states that could not be
 * written or read. */
void trainer_out_errors(struct trainer_out *t, struct trainer_state *w);

#endif
