/* Retort's own training as a contestant of the benchmark, through the trainer as in a session. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_OWN_H
#define RETORT_BENCH_OWN_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/kd/loss.h"
#include "retort/lab/trainer.h"

/* Whether Retort has the networks of this workload of floor.h. */
bool own_has(int workload);

/*
 * A trainer that distils the workload, with `bf16` from a teacher in bfloat16. `cached`: teacher
 * outputs are cached, the default of Retort, and the warm-up has filled the cache; otherwise each
 * step runs the teacher. `bare`: without the layer losses of the workload. Exits with a message if
 * a request fails.
 */
void *own_new(int workload, bool cached, bool bf16, bool bare, int threads);
/* Fork the run: each step is then one of two runs in lockstep. */
void own_fork(void *own);

void own_free(void *own); /* or NULL */

/* End the run, which own_sweep needs: steps are then those of own_sweep alone. */
void own_stop(void *own);

/* A rig_fn: a sweep of OWN_POINTS temperatures from the run's last step. */
#define OWN_POINTS 16
double own_sweep(void *own, double seconds, size_t *samples);

/* Add a term with a small weight; a layer loss on a pair of the workload. 0, or -1 with the error.
 */
int own_add(void *own, int workload, const struct loss *l, enum model_tap on, struct err *e);

/* Remove the term added last. */
void own_undo(void *own);

/* A rig_fn (rig.h). */
double own_run(void *own, double seconds, size_t *samples);

/* Post a request and take events until an answer of `kind` or a failed one: 0, or -1 and its error.
 */
int own_attempt(struct trainer *t, struct request *q, enum request_kind kind, struct err *e);

#endif
