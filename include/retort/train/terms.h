/* Loss terms of a branch over one batch: values and gradients. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_TERMS_H
#define RETORT_TRAIN_TERMS_H

#include "retort/train/branch.h"

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

/*
 * Compute all terms, those on one node in one pass (see term_visit.h), and those over a whole batch
 * in one call each. After a forward pass of the feed and row_weights_compute. Allocates nothing.
 */
void terms_run(struct branch *b, const struct terms_job *job, struct terms_result *out);

/* Numbers of scratch of a thread. */
size_t terms_scratch(const struct branch *b);

/* Numbers that a teacher's rows take when made contiguous, for losses over a whole batch. */
size_t terms_gathered(const struct branch *b);

#endif
