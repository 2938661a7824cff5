/* Optimizer state in a checkpoint: moments, update counts, projections and own parameters of
 * losses. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_TRAINER_CHECKPOINT_H
#define RETORT_TRAIN_TRAINER_CHECKPOINT_H

#include "retort/train/branch.h"
#include "retort/nn/ckpt.h"

/*
 * Add to a checkpoint of the branch's network: projections and own parameters of losses (memory
 * banks too) under their names; "moment1.NAME" and "moment2.NAME" of all trained parameters; notes
 * "updates.GROUP".
 */
void trainer_checkpoint_add(const struct branch *b, struct ckpt *c);

/*
 * Restore moments and counts of the network to a branch that net_ckpt_load has filled. Projections
 * and own parameters are stored with the branch until pairs that use them are mapped. -1 and an
 * error: a count is not a number.
 */
int trainer_checkpoint_take(struct branch *b, const struct ckpt *c, struct err *e);

/*
 * Restore everything that trainer_checkpoint_add has written to a branch with the same terms. -1
 * and an error that names what is missing.
 */
int trainer_checkpoint_take_all(struct branch *b, const struct ckpt *c, struct err *e);

/* A copy of what is stored with a branch for pairs that are not mapped, without the names of files;
 * there is something. Freed by ckpt_free. */
struct ckpt *trainer_checkpoint_saved(const struct branch *b);

/* Store with a branch the list of tokenizer files that its network was published with, see
 * nn/hf/hf_files.h; and get it. NULL: none. A checkpoint does not contain it. */
void trainer_checkpoint_keep_files(struct branch *b, const char *files);
const char *trainer_checkpoint_files(const struct branch *b);

/* After a rebuild: initialise projections and own parameters that `old` did not have from the
 * stored ones. */
void trainer_checkpoint_restore(struct branch *b, const struct param_layout *old);

#endif
