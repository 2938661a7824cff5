/* States of a run at earlier steps, kept in memory and files so that it can go back to them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_PAST_H
#define RETORT_LAB_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"

struct run;
struct past_state;
struct trainer_state;

/* Kept states of one run, in ascending order of steps. Trainer's thread. */
struct past {
	size_t n, cap;
	struct past_state **state; /* owned */
	double kept;               /* seconds: when the last one was kept */
	double cost;               /* seconds that it took */
};

void past_release(struct past *p);

/* Give a fork, which has none, the states of its parent, without a copy of them. */
void past_share(struct past *to, const struct past *from);

/* Forget the states after a step. */
void past_cut(struct past *p, uint64_t step);

/*
 * Keep the state of the run in hand. At the start of work (`starts`) always: steps are computed
 * again from there, and never across it; else only where copies take under a hundredth of the time
 * between two, and while no file is being written. They are thinned as lab/past_budget.h says.
 */
void past_keep(struct trainer_state *w, bool starts);

/*
 * What teaches the students changes, so that steps before this one cannot be computed again: every
 * run that has begun keeps its state here, for those after it. Which other states are kept depends
 * on time, and a replay may have none between.
 */
void past_anew(struct trainer_state *w);

/* After a step: keep the states of the runs in training that were evaluated. A step itself
 * allocates nothing. */
void past_follow(struct trainer_state *w);

/*
 * The latest state of the run in hand at or before `step`, from which the steps between can be
 * computed again; it is in memory until past_unload. Where its file cannot be read, the state
 * before it, with a message in w->kept_notice. -1 and an error: there is none.
 */
int past_find(struct trainer_state *w, uint64_t step, const struct past_state **found,
	      struct err *e);

/* Free the blocks of a state that past_find has read from its file, which stays. */
void past_unload(const struct past_state *s);

/* Step of the last kept state before `step`; UINT64_MAX: there is none. */
uint64_t past_before(const struct past *p, uint64_t step);

#endif
