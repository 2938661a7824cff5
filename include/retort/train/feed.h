/* The first half of a step: a batch, and the outputs of the teachers for it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_FEED_H
#define RETORT_TRAIN_FEED_H

#include "retort/train/train.h"

/*
 * Allocate the buffers of a batch and of teacher outputs (logits, mapped layers), and open every
 * teacher that is ready. Call it between steps whenever teachers, maps, data or the batch size
 * changed. On failure all buffers are released.
 */
int feed_prepare(struct train *t, const struct settings *s, struct err *e);
void feed_release(struct train *t);

/* Prepare it where it is released, has another batch size, or lacks outputs that the settings need.
 * Where it has them, allocates nothing. */
int feed_ensure(struct train *t, const struct settings *s, struct err *e);

/*
 * Open teacher i, which is ready, for what maps and its options need; its description gets the
 * bytes it caches and the effect of bfloat16. feed_prepare does so too.
 */
int feed_open(struct train *t, const struct settings *s, int i, struct err *e);

/*
 * The student's batch of step `step` with the outputs of its teachers. `augmented`: augment rows as
 * the knobs say, before the teachers see them; else leave them. Allocates nothing.
 */
void feed_student(struct train *t, const struct settings *s, uint64_t step, bool augmented,
		  struct branch_feed *out);

/* The batch that feed_student has made last, with the outputs of the teachers of other settings,
 * which draw the same rows (orders_same). What was computed is not computed again. */
void feed_again(struct train *t, const struct settings *s, uint64_t step, struct branch_feed *out);

/* Outputs of the teachers that teach for the rows in t->batch; `maps`: mapped layers too.
 * Allocates nothing. */
void feed_teachers(struct train *t, const struct settings *s, bool maps, struct branch_feed *out);

/*
 * The batch of step `step` of teacher i in training, labelled rows as they are; without outputs of
 * teachers. Where no set with a labelled row counts, rows are drawn from all, with weight 1.
 */
void feed_teacher_training(struct train *t, const struct settings *s, int i, uint64_t step,
			   struct branch_feed *out);

/* The same for the baseline, with augmentation and the remedies of `s`. */
void feed_baseline(struct train *t, const struct settings *s, uint64_t step,
		   struct branch_feed *out);

#endif
