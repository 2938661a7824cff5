/* Points of a sweep whose students see different numbers of labels. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SWEEP_LABELS_H
#define RETORT_LAB_SWEEP_LABELS_H

#include "retort/lab/sweep.h"

/*
 * A number of labels changes nothing but the visible labels of training rows: rows, scaling,
 * held-out rows and teacher outputs stay. The visible rows are those of `data FILE labels N` under
 * the seed of the session. They are put in the place of those of the session while units are made
 * and trained; between two steps they are not there.
 */

/* Labels of a point, 0: those of the session. */
int64_t sweep_labels_of(const struct sweep *s, int point);

/* Labels of the session, in the unit of the axis: of the data itself, without added sets. */
int64_t sweep_labels_now(const struct trainer_state *w);

/* Check the labels of all points. -1 and an error: more than there are, or a remedy is in force. */
int sweep_labels_check(const struct trainer_state *w, const struct sweep *s, struct err *e);

/* Choose the rows of a point for the group that begins. -1 and an error: no memory. */
int sweep_labels_begin(const struct trainer_state *w, struct sweep *s, int point, struct err *e);

/* Put the rows of the group in the place of those of the session, or back. */
void sweep_labels_swap(struct trainer_state *w, struct sweep *s);

/* After all runs of the sweep, which borrow rows. */
void sweep_labels_free(struct sweep *s);

#endif
