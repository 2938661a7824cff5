/* Steps of the runs in training, on the same batches where their settings allow it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_LOCKSTEP_H
#define RETORT_LAB_LOCKSTEP_H

#include "retort/lab/phase.h"

/*
 * One step of each run in training that is furthest behind; others wait until these have caught up.
 * Runs whose rows are drawn and augmented in the same way share a batch and the outputs of the
 * teachers for it. A run that ends, or diverges beside others, stops alone: a notice in w->notice.
 * The focused run is in hand afterwards. Allocates nothing, but where a ramp adds or removes a
 * loss.
 */
enum phase_outcome lockstep_step(struct trainer_state *w, struct err *e);

#endif
