/* CKA between the layers of a teacher and of the student, measured in a thread beside the training.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_CKA_CKA_WORKER_H
#define RETORT_PROBE_CKA_CKA_WORKER_H

#include "retort/lab/trainer.h"

/*
 * PROBE, and the pairs of `map auto`. The student's parameters are copied at the step boundary, and
 * the teacher's and the rows where they have changed since the last measurement; then the worker
 * measures on the copies. It reads nothing of the lab meanwhile and changes nothing in it. One
 * measurement at a time: another request is refused as busy.
 */
extern const struct trainer_addon cka_worker_addon;

#endif
