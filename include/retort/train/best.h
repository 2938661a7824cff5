/* The weights of a network at its best evaluation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_BEST_H
#define RETORT_TRAIN_BEST_H

#include "retort/conf/knob.h"
#include "retort/train/branch.h"

/* The metric of knob best-by. */
unsigned best_metric(const struct knobs *k);

/* Make room for the weights of a branch that is about to be trained; nothing is done where there
 * is room. 0, or -1 and an error without memory. */
int best_open(struct branch *b, struct err *e);

/*
 * After an evaluation: copy the weights of the branch if `score` of `metric` is better than that
 * of the weights kept so far, or these were kept for another metric. Of equal scores the earlier
 * is the best; NaN is none. Nothing is done without room. Allocates nothing.
 */
void best_offer(struct branch *b, unsigned metric, double score);

/* Give `to` the best weights of `from`, and room for them, if `from` has room; both are networks
 * of one model. 0, or -1 and an error without memory. */
int best_copy(struct branch *to, const struct branch *from, struct err *e);

/* Numbers in the best weights: those of the network itself, without projections. */
size_t best_numbers(const struct branch *b);

#endif
