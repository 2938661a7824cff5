/* The mismatch gauge: two sets of rows taken from the workshop, then measured, on this thread or
 * another. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_SHIFT_SHIFT_RUN_H
#define RETORT_PROBE_SHIFT_SHIFT_RUN_H

#include <stdatomic.h>

#include "retort/probe/shift/shift_report.h"
#include "retort/lab/trainer_state.h"

#define SHIFT_RUN_ROWS 400 /* of each set, at most: chosen by the seed */

/* Copies of all that is looked at; nothing of the workshop is needed to measure it. */
struct shift_run;

/*
 * Take the rows of two sets, each "train", "held-out" or one beside the data; of sets that the
 * student learns from those that it visits, with the weights that they have for it. What the
 * teacher says of them is asked here, for it is kept as ever; the student is copied. NULL and an
 * error. Trainer thread, between two steps: changes no figure.
 */
struct shift_run *shift_run_take(struct trainer_state *w, const char *a, const char *b,
				 struct err *e);
void shift_run_free(struct shift_run *c);

/* Whether the same rows would be taken again, with the same weights, and the same be said of them
 * by the same teacher. */
bool shift_run_is_of(const struct shift_run *c, const struct trainer_state *w, const char *a,
		     const char *b);

/* The student as it is now, in place of the one before; in what was taken while there was none.
 * Trainer thread, between two steps. */
void shift_run_student(struct shift_run *c, const struct trainer_state *w);

/* All figures; again, those of the student alone, for nothing else has moved. `*stop`, where not
 * NULL, ends it early with -1. Any thread: the same bits. */
int shift_run_measure(struct shift_run *c, const atomic_bool *stop, struct shift_report *out,
		      struct err *e);

#endif
