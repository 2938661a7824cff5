/* The prober: a thread that looks at how alike layers are, and how far sets of rows are apart,
 * while the training goes on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_CKA_CKA_WORKER_H
#define RETORT_PROBE_CKA_CKA_WORKER_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

struct cka_worker;

/*
 * Takes orders from the trainer's thread. `done` is called with `arg` and the order, in the
 * prober's thread, when it has its answer. No thread runs before the first order.
 */
struct cka_worker *cka_worker_new(void (*done)(void *arg, struct request *r), void *arg);

/* Gives up what it is at, joins, frees. `done` may be called once more until this returns. */
void cka_worker_free(struct cka_worker *p);

/*
 * Trainer's thread, between two steps: copies what is to be looked at, the numbers of the student
 * and, where they are not known yet, those of teacher r->number and the rows, or for GAUGE two sets
 * of rows and what the teacher says of them, and leaves. 0: `r` is the prober's until `done`; -1,
 * and an error in it: it is the caller's. Nothing of `w` is looked at afterwards, and no figure in
 * it is changed: training is the same with and without.
 */
int cka_worker_take(struct cka_worker *p, struct trainer_state *w, struct request *r);

#endif
