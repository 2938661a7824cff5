/* Loss terms of a branch: which there are, on which nodes, with which shapes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_BRANCH_TERMS_H
#define RETORT_TRAIN_BRANCH_TERMS_H

#include "retort/train/branch.h"

/* Add the terms of `plan` (NULL: on labels alone) to a branch whose graph is not finished yet, with
 * projections and own parameters of losses. -1 and an error. */
int branch_terms_add(struct branch *b, const struct branch_plan *plan, struct err *e);

/* Whether the losses on outputs and the mixing mode of a branch are those of the knobs. */
bool branch_terms_match(const struct branch *b, const struct knobs *k);

#endif
