/* Frozen layers: parameters of a branch that are not updated. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_FREEZE_H
#define RETORT_TRAIN_FREEZE_H

#include "retort/train/branch.h"

/*
 * Freeze these layers (1 << layer) and no others: steps leave their parameters, moments and running
 * statistics unchanged, and their gradients are left out of the norm. A parameter shared by layers
 * is frozen with either of them. branch_rebuild keeps it. Allocates nothing.
 */
void freeze_set(struct branch *b, uint64_t layers);

/* After the backward pass: set the sums of squares of frozen parameters to 0. */
void freeze_squares(struct branch *b);

#endif
