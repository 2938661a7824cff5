/* A sweep whose units are trained by several processes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SWEEP_SHARE_H
#define RETORT_LAB_SWEEP_SHARE_H

#include "retort/lab/sweep.h"

/*
 * The way between processes that execute the same script: ranks 0 to n - 1. Rank 0 gives out units,
 * trains some itself, and collects the figures; at the end of a sweep, and before each halving, all
 * ranks get the figures of all units. A rank that has nothing to train asks for units; what it gets
 * is a share of what is left, so that pieces become smaller towards the end. A run that goes on
 * after a halving stays with the rank that has it. Which rank trained a unit changes no bit.
 *
 * All functions are called with `arg`: by the trainer's thread during a sweep, `spread` and `meet`
 * also by the main thread while there is none; never two at once. A failure of the connection ends
 * the process.
 */
struct sweep_share {
	void *arg;
	int rank, n; /* n >= 2 */
	/* Send bytes to a rank; may wait until it takes them. */
	void (*send)(void *arg, int to, const void *bytes, size_t size);
	/* Take a message that has arrived, owned by the caller; NULL: there is none. Messages of
	 * one rank come in the order sent. */
	void *(*take)(void *arg, int *from, size_t *size);
	/* Every rank calls it: the bytes of rank 0 are returned to the others, owned by the caller;
	 * NULL to rank 0, or where there are none. */
	void *(*spread)(void *arg, const void *bytes, size_t *size);
	/* Wait for about a millisecond, or less. */
	void (*rest)(void *arg);
	/* Every rank calls it: return when all have. */
	void (*meet)(void *arg);
};

/* Free what a sweep has of it. */
void sweep_share_free(struct sweep *s);

/*
 * Choose units for this process to train, as sweep_group_choose does, and serve the others. *over:
 * no unit is left, and s has the figures of all ranks. Neither a group nor *over: others are still
 * training, call it again. -1 and an error.
 */
int sweep_share_choose(struct trainer_state *w, struct sweep *s, bool *over, struct err *e);

/* Between two steps of a group: rank 0 serves the others. -1 and an error. */
int sweep_share_serve(struct trainer_state *w, struct sweep *s, struct err *e);

/* After the end of a group: send the figures of its units, s->finished, to rank 0. */
void sweep_share_report(struct trainer_state *w, struct sweep *s);

#endif
