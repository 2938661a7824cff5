/* Loss terms of a branch over one batch: values and gradients in one pass over the positions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_TERMS_H
#define RETORT_TRAIN_TERMS_H

#include "retort/kd/losses/loss_table.h"
#include "retort/train/branch.h"

#define TERMS_CALLS                                                                               \
	(((int)LOSS_OUTPUTS + 1) * TRAIN_TEACHERS + TRAIN_MAPS) /* most loss calls for a position \
								 */

/* What to compute. */
struct terms_job {
	const struct branch_feed *feed;
	const struct knobs *knobs;
	const double *weight; /* [n_terms] factors on the gradients */
	int only;             /* this term alone; -1: all */
	bool with_gradient;   /* write the gradients of all nodes with terms */
	bool training;        /* a step: losses update their own state */
};

/* Results. */
struct terms_result {
	double raw[BRANCH_TERMS]; /* by term */
	double kl; /* to the teachers at temperature 1, mean by weight; NaN without */
	double share[TRAIN_TEACHERS]; /* of the feed's teachers in the mixture; 0 without */
	double accuracy;              /* over labelled positions; NaN without */
};

/* Compute the weights of rows, labels and tokens of a batch: once, before terms_run. */
void terms_means(struct branch *b, const struct batch *batch);

/*
 * Compute all terms on a node for a few positions at a time, while they are in the cache; sums of
 * chunks are added in the order of the chunks. After a forward pass of the feed. Allocates nothing.
 */
void terms_run(struct branch *b, const struct terms_job *job, struct terms_result *out);

/* Numbers of scratch of a thread; doubles for the sums of chunks. */
size_t terms_scratch(const struct branch *b);
size_t terms_sums(void);

/* Numbers that a teacher's rows take when made contiguous, for losses over a whole batch. */
size_t terms_gathered(const struct branch *b);

#endif
