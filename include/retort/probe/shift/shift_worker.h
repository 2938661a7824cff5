/* Distance of two sets of rows, measured in a thread beside the training or at once. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_SHIFT_SHIFT_WORKER_H
#define RETORT_PROBE_SHIFT_SHIFT_WORKER_H

#include "retort/lab/trainer.h"

/*
 * GAUGE: rows and the teacher's logits are taken at the step boundary, then the worker measures on
 * copies; the answer has a report. One measurement at a time: another request is refused as busy.
 * MISMATCH: the same on the trainer's thread; the answer's page has the table.
 */
extern const struct trainer_addon shift_worker_addon;

#endif
