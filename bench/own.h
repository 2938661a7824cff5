/* Retort's own training as a contestant of the benchmark, through the trainer as a session would. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_OWN_H
#define RETORT_BENCH_OWN_H

#include <stdbool.h>
#include <stddef.h>

/* Which workloads of floor.h Retort has the networks for. */
bool own_has(int workload);

/*
 * A trainer that distils the workload, with `bf16` by a teacher in bfloat16. `kept`: it keeps what the teacher says, as Retort does unless told otherwise, and
 * the steps in which the teacher is asked are past; else the teacher is asked at every step. Ends the process when refused.
 */
void *own_new(int workload, bool kept, bool bf16, int threads);

/* `double (*run)(void *, double, size_t *)` of rig.h. */
double own_run(void *own, double seconds, size_t *samples);

#endif
