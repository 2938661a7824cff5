/* What a checkpoint holds of a training besides the network: moments, counts of updates, what
 * mapped pairs have learned. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_TRAINER_CHECKPOINT_H
#define RETORT_TRAIN_TRAINER_CHECKPOINT_H

#include "retort/train/branch.h"
#include "retort/nn/ckpt.h"

/*
 * Added to a checkpoint of the branch's network: under their names the projections of its maps and
 * the numbers of losses' own, memory banks too; "moment1.NAME" and "moment2.NAME" of all that is
 * trained; notes "updates.GROUP".
 */
void trainer_checkpoint_add(const struct branch *b, struct ckpt *c);

/*
 * Moments and counts of the network come back to a branch that net_ckpt_load has filled; what its
 * maps had learned is kept with the branch until there are such maps. -1: a count is no number.
 */
int trainer_checkpoint_take(struct branch *b, const struct ckpt *c, struct err *e);

/* After a rebuild: projections and numbers of losses' own that `old` did not have start from what
 * was kept, if it was. */
void trainer_checkpoint_restore(struct branch *b, const struct param_layout *old);

#endif
