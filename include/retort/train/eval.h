/* Evaluation: a full pass over held-out rows, at temperature 1, without dropout. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_EVAL_H
#define RETORT_TRAIN_EVAL_H

#include "retort/train/train.h"

#define EVAL_BINS                                                                                 \
	15 /* of the calibration error; Guo et al. 2017, On Calibration of Modern Neural Networks \
	    */

/* Sums over some rows. */
struct eval_tally {
	size_t rows, right, agree;
	double nll, kl;
	size_t bin_rows[EVAL_BINS], bin_right[EVAL_BINS];
	double bin_confidence[EVAL_BINS];
	size_t agree_with[TRAIN_TEACHERS]; /* by index in the feed */
	double kl_of[TRAIN_TEACHERS];
};

/* Figures of one network. */
struct eval_result {
	struct scores held;
	bool has_target; /* there are target rows, and `target` is filled */
	struct scores target;
	/* per teacher, by its index: of the student's evaluation; NaN: it does not teach */
	double agreement[TRAIN_TEACHERS], kl[TRAIN_TEACHERS];
};

/*
 * Add rows of logits [n, classes] with labels [n] (below 0: skipped). `teachers` has the teachers'
 * logits and weights: their probabilities are mixed for agreement, their divergences averaged for
 * kl (n_teachers 0: neither). `b` lends its workers and scratch.
 */
void eval_add(struct eval_tally *t, const real *z, const int32_t *label, size_t n, size_t classes,
	      const struct branch_feed *teachers, struct branch *b);

/* KL from the teachers' outputs in row `row` of the feed to the logits x [classes] at temperature
 * 1: the mean over teachers by weight. scratch [classes + 1]. */
double eval_kl(const struct branch_feed *teachers, size_t row, const real *x, size_t classes,
	       real *scratch);

/* The class that the teachers predict in row `row` of the feed: the largest of their probabilities,
 * mixed by weight. scratch [2 * classes + 1]. */
size_t eval_mixed(const struct branch_feed *teachers, size_t row, size_t classes, real *scratch);

/* Accuracy, nll, expected calibration error over bins (lo, hi], agreement and kl. */
struct scores eval_scores(const struct eval_tally *t, bool has_teachers);

/* Evaluate a network at its step on the held-out and target rows. `taught`: compare it with the
 * teachers as well. */
void eval_branch(struct train *t, const struct settings *s, struct branch *b, bool taught,
		 struct eval_result *out);

/*
 * Share of each of the student's terms in the gradient on a fixed batch, the first of the first
 * epoch: share [BRANCH_TERMS]. Changes no state.
 */
void eval_shares(struct train *t, const struct settings *s, struct branch *student, double *share);

/* Scores of a file of outputs on the held-out rows. `b` lends its workers and scratch. */
struct scores eval_file(struct train *t, const struct settings *s, int teacher, struct branch *b);

/* First 48 bits of the SHA-256 of all parameters. */
double eval_weights(const struct branch *b);

/*
 * Time of a row in passes of `rows` held-out rows, at most a batch and all there are: the median
 * over repeated passes after a warm-up, and its spread. Takes about 20 ms, longer where ten passes
 * do.
 */
struct net_speed eval_speed(struct train *t, const struct settings *s, struct branch *b,
			    size_t rows);

#endif
