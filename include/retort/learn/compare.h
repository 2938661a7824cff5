/* The mismatch gauge: two sets of rows taken from the workshop, then measured, on this thread or another. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_COMPARE_H
#define RETORT_LEARN_COMPARE_H

#include <stdatomic.h>

#include "retort/learn/mismatch.h"
#include "retort/learn/request.h"
#include "retort/learn/work.h"

#define COMPARE_ROWS 400 /* of each set, at most: chosen by the seed */

/* Copies of all that is looked at; nothing of the workshop is needed to measure it. */
struct compare;

/*
 * Take the rows of two sets, each "train", "held-out" or one beside the data; of sets that the student learns from those that it
 * visits, with the weights that they have for it. What the teacher says of them is asked here, for it is kept as ever; the
 * student is copied. NULL and an error. Trainer thread, between two steps: changes no figure.
 */
struct compare *compare_take(struct work *w, const char *a, const char *b, struct err *e);
void compare_free(struct compare *c);

/* Whether the same rows would be taken again, with the same weights, and the same be said of them by the same teacher. */
bool compare_is_of(const struct compare *c, const struct work *w, const char *a, const char *b);

/* The student as it is now, in place of the one before; in what was taken while there was none. Trainer thread, between two steps. */
void compare_student(struct compare *c, const struct work *w);

/* All figures; again, those of the student alone, for nothing else has moved. `*stop`, where not NULL, ends it early with -1. Any thread: the same bits. */
int compare_measure(struct compare *c, const atomic_bool *stop, struct mismatch *out, struct err *e);

/* MISMATCH: both at once; the table goes to r->said. */
int compare_request(struct work *w, struct request *r, struct err *e);

#endif
