/* Frozen layers: parameters of a branch that stand still. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_FREEZE_H
#define RETORT_TRAIN_FREEZE_H

#include "retort/train/branch.h"

/*
 * From now on no step moves a bit of the parameters of these layers (1 << layer), of their moments,
 * or of their running statistics; their gradients do not count for the clip. A parameter that
 * layers share stands still with either of them. Kept by branch_rebuild. Allocates nothing.
 */
void freeze_set(struct branch *b, uint64_t layers);

/* After the backward pass: gradients of what stands still are not part of the step, their sums of
 * squares are 0. */
void freeze_squares(struct branch *b);

#endif
