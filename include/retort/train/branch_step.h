/* The step of one network: forward, losses, backward, update. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_BRANCH_STEP_H
#define RETORT_TRAIN_BRANCH_STEP_H

#include "retort/train/branch.h"

/* The weight of a term, as given. */
double branch_step_weight(const struct branch *b, int term, const struct knobs *k,
			  const struct layer_pair *map);

/*
 * Effective weights of the terms: as given or, with the knob normalize, divided by the sum over the
 * terms that have a target in this feed. weight [n_terms].
 */
void branch_step_weights(const struct branch *b, const struct branch_feed *f, const struct knobs *k,
			 const struct layer_pair *map, double *weight);

/*
 * Forward, losses, backward, clip, update. A step whose loss or gradient is not finite, or whose
 * update is out of proportion (optim_diverges), is not applied: `applied` is false and nothing
 * changed. Trainer thread. Allocates nothing. Same branch, same feed, same BLAS: same
 * bits.
 */
void branch_step(struct branch *b, const struct branch_feed *f, const struct knobs *k,
		 const struct layer_pair *map, double lr, struct branch_result *out);

/*
 * Share of each term in the gradient on one fixed batch: the norm of that weighted term's gradient
 * over all parameters, over the sum of those norms (0 where all are 0). Dropout is off. Changes
 * nothing.
 */
void branch_step_shares(struct branch *b, const struct branch_feed *f, const struct knobs *k,
			const struct layer_pair *map, double *share);

#endif
