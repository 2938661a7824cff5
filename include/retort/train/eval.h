/* Evaluation: a full pass over the held-out rows, at temperature 1, dropout off. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_EVAL_H
#define RETORT_TRAIN_EVAL_H

#include "retort/lab/trainer_state.h"

/* What one pass over some rows adds up to. */
struct eval_tally {
	size_t rows, right, agree;
	double nll, kl;
	size_t bin_rows[15], bin_right[15];
	double bin_confidence[15];
	size_t agree_with[TRAIN_TEACHERS]; /* by the feed's teachers */
	double kl_of[TRAIN_TEACHERS];
};

/*
 * Add rows of logits [n, C] with labels [n] (below 0: not counted); `t` are the teachers' logits
 * and their weights, whose probabilities are mixed for agreement and whose divergences are averaged
 * for kl (n_teachers 0: neither). `b` lends its workers and scratch.
 */
void eval_add(struct eval_tally *t, const real *z, const int32_t *label, size_t n, size_t classes,
	      const struct branch_feed *teachers, struct branch *b);

/* Accuracy, nll, expected calibration error over 15 bins (lo, hi], agreement and kl. */
struct scores eval_scores(const struct eval_tally *t, bool has_teachers);

/*
 * Evaluate a branch at its step: samples, shares of the gradient (main line), last and best scores
 * in the lab's info. Does nothing when this step of this branch was evaluated already.
 */
void eval_branch(struct trainer_state *w, int id);

/* Shares of the student's terms in the gradient on the fixed batch, as they are now: share
 * [BRANCH_TERMS]. The feed must be prepared. */
void eval_shares(struct trainer_state *w, double *share);

/* How good a file of outputs is on the held-out rows: its scores in the lab's info. After
 * feed_prepare; there is a student. */
void eval_answers(struct trainer_state *w, int teacher);

/* Sample the hash of all parameters: at the end of work, and when an `expect` asks. */
void eval_weights(struct trainer_state *w, int id);

/* Seconds a prediction of one row takes, in batches, on this machine just now; a measurement, not a
 * result. */
double eval_seconds(struct trainer_state *w, struct branch *b);

#endif
