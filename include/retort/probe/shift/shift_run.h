/* A comparison of two sets of rows: copied on the trainer's thread, measured on any thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_SHIFT_SHIFT_RUN_H
#define RETORT_PROBE_SHIFT_SHIFT_RUN_H

#include <stdatomic.h>

#include "retort/lab/trainer_state.h"
#include "retort/probe/shift/shift_report.h"

#define SHIFT_RUN_ROWS 400 /* of each set, at most: drawn by the seed */

/* Copies of rows, teacher logits and the student: a measurement reads nothing else. */
struct shift_run;

/*
 * Copies the rows of two sets, each "train", "held-out" or an added one; of training sets those
 * that remedies leave to the student, with their weights. Teacher logits are computed here, through
 * the cache; the student is copied. NULL and an error. Trainer thread, at a boundary; changes
 * nothing in the lab.
 */
struct shift_run *shift_run_take(struct trainer_state *w, const char *a, const char *b,
				 struct err *e);
void shift_run_free(struct shift_run *c);

/* Whether shift_run_take would copy the same rows, weights and teacher logits now. False for NULL.
 */
bool shift_run_is_of(const struct shift_run *c, const struct trainer_state *w, const char *a,
		     const char *b);

/* Replaces the copy of the student by one of now. Trainer thread, at a boundary. */
void shift_run_student(struct shift_run *c, const struct trainer_state *w);

/*
 * Fills in the report; a second call measures the student alone, the rest is cached. Where `*stop`,
 * which may be NULL, becomes true, it ends early with -1. Any thread: the same bits.
 */
int shift_run_measure(struct shift_run *c, const atomic_bool *stop, struct shift_report *out,
		      struct err *e);

#endif
