/* The weights that losses average a batch with. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_ROW_WEIGHTS_H
#define RETORT_TRAIN_ROW_WEIGHTS_H

#include "retort/train/branch.h"

/*
 * Compute the weights of the rows, labels and tokens of a batch into b->weight, each with sum 1,
 * and its labels and mixed classes: after the batch is filled, before terms_run.
 */
void row_weights_compute(struct branch *b, const struct batch *batch);

#endif
