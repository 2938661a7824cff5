/* Retort's own training as a contestant of the benchmark, through the trainer as a session would.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_OWN_H
#define RETORT_BENCH_OWN_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/kd/loss.h"

/* Which workloads of floor.h Retort has the networks for. */
bool own_has(int workload);

/*
 * A trainer that distils the workload, with `bf16` by a teacher in bfloat16. `kept`: it keeps what
 * the teacher says, as Retort does unless told otherwise, and the steps in which the teacher is
 * asked are past; else the teacher is asked at every step. `bare`: without its losses on layers.
 * Ends the process when refused.
 */
void *own_new(int workload, bool kept, bool bf16, bool bare, int threads);

/* One more term, with hardly any weight; on layers those of a pair of the workload. 0, or -1 and
 * why that cannot be. */
int own_add(void *own, int workload, const struct loss *l, enum model_tap on, struct err *e);

/* Without the last term again. */
void own_undo(void *own);

/* `double (*run)(void *, double, size_t *)` of rig.h. */
double own_run(void *own, double seconds, size_t *samples);

#endif
