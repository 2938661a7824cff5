/* The first half of a step: a batch, and what the teachers say about it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_FEED_H
#define RETORT_TRAIN_FEED_H

#include "retort/train/branch.h"
#include "retort/lab/trainer_state.h"

/*
 * Room for what the teachers will say: their logits, and the layers that maps look at. Opens every
 * teacher that teaches. Between steps, whenever teachers, maps, data or the batch changed.
 */
int feed_prepare(struct trainer_state *w, struct err *e);
void feed_release(struct trainer_state *w);

/*
 * Open teacher i, ready and with data there, as the maps and its options ask; its answers' size and
 * what bfloat16 changes come to be known. feed_prepare does so too.
 */
int feed_open(struct trainer_state *w, int i, struct err *e);

/* The order that the main line draws from: of chosen rows, of labelled ones, of all; n 0: nothing
 * has run yet. */
struct sampler *feed_order(struct trainer_state *w);

/* Rows of a batch of step `step` of the main line, from `order`: of the sets that count. Allocates
 * nothing. */
void feed_draw(struct trainer_state *w, struct sampler *order, uint64_t step, uint32_t *rows);

/*
 * The batch of step `step` of the main line, for every branch that stands there: augmented as `k`
 * says, before any teacher is asked. k NULL: rows as they are. Allocates nothing.
 */
void feed_main(struct trainer_state *w, uint64_t step, const struct knobs *k,
	       struct branch_feed *out);

/* What the teachers that teach say about the rows in w->batch; with `maps` the mapped layers too.
 * Allocates nothing. */
void feed_teachers(struct trainer_state *w, bool maps, struct branch_feed *out);

/* Rows of an epoch of a teacher in training, as sets count now. */
size_t feed_epoch(struct trainer_state *w, int teacher);

/*
 * Labelled rows only, no teachers: for the plain student (teacher < 0), or a teacher in training. k
 * as for feed_main. weight: of sets, by index; where none of those that count has such a row, they
 * are drawn from all, and count 1 each. remedy: the numbers of those in force for the plain
 * student; teachers learn from rows as they are (NULL).
 */
void feed_labelled(struct trainer_state *w, int teacher, uint64_t step, const struct knobs *k,
		   const double *weight, const int *remedy, struct branch_feed *out);

#endif
