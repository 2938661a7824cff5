/* The terms of a branch's loss over one batch: values and gradients, in one visit to every
 * position. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_TERMS_H
#define RETORT_TRAIN_TERMS_H

#include "retort/kd/losses/loss_table.h"
#include "retort/train/branch.h"

#define TERMS_LOOKS                                 \
	(((int)LOSS_OUTPUTS + 1) * TRAIN_TEACHERS + \
	 TRAIN_MAPS) /* calls of losses for a position, at most */

/* What to do with the terms. */
struct terms_job {
	const struct branch_feed *feed;
	const struct knobs *knobs;
	const double *weight; /* [n_terms] factors on the gradients */
	int only;             /* this term alone; -1: all */
	bool with_gradient;   /* the gradients of all nodes that terms work on are written */
	bool training;        /* a step: what losses keep of their own moves on */
};

/* What came of it. */
struct terms_result {
	double raw[BRANCH_TERMS]; /* by term */
	double kl; /* to the teachers at temperature 1, mean by weight; NaN without */
	double share[TRAIN_TEACHERS]; /* of the feed's teachers, as they were mixed; 0 without */
	double accuracy;              /* over labelled positions; NaN without */
};

/* Weights in the means, from the batch: once a batch, before terms_run. */
void terms_means(struct branch *b, const struct batch *batch);

/*
 * Every term on a node is computed for a few positions at a time, while they are in the cache; sums
 * of pieces are added in the order of the pieces. After a forward pass of the feed. Allocates
 * nothing.
 */
void terms_run(struct branch *b, const struct terms_job *job, struct terms_result *out);

/* Scratch numbers a thread needs for the terms of `b`; sums (doubles) that pieces need. */
size_t terms_scratch(const struct branch *b);
size_t terms_sums(void);

/* Numbers that rows of a teacher side by side take, for losses that look at all of a batch at once.
 */
size_t terms_gathered(const struct branch *b);

#endif
