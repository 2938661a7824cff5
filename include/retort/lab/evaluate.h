/* Evaluations of the lab's networks: figures stored in the snapshot and sampled. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_EVALUATE_H
#define RETORT_LAB_EVALUATE_H

#include "retort/lab/trainer_state.h"

/*
 * Evaluate a network, by its BRANCH_* id, at its step: samples, last and best scores; of the
 * student also shares of the gradient. Does nothing where it was evaluated at this step already.
 */
void evaluate_branch(struct trainer_state *w, int id);

/* Scores of teacher i, a file of outputs, on the held-out rows. There is a student. */
void evaluate_file(struct trainer_state *w, int i);

/* Sample the hash of all parameters: at the end of work, and when an `expect` needs it. */
void evaluate_weights(struct trainer_state *w, int id);

#endif
