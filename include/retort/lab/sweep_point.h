/* Runs of the points of a sweep: made, named by a hash, started in lockstep. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SWEEP_POINT_H
#define RETORT_LAB_SWEEP_POINT_H

#include "retort/lab/sweep.h"

/* Whether points are runs from step 0. */
bool sweep_point_fresh(const struct sweep *s);

/* Check that points can be made from the run in hand. -1 and an error. */
int sweep_point_check(const struct trainer_state *w, const struct sweep *s, struct err *e);

/* The point that has the settings in force, from 1; 0: there is none. */
int sweep_point_same(const struct trainer_state *w, const struct sweep *s);

/* Hash the data, and the rows that are evaluated. */
struct hash sweep_point_data(const struct trainer_state *w, const struct sweep *s);

/* Fill in the keys of all units: hashes of everything that their figures depend on. */
void sweep_point_keys(const struct trainer_state *w, struct sweep *s);

/* Rows in a batch of a point. */
int64_t sweep_point_batch(const struct trainer_state *w, const struct sweep *s, int point);

/*
 * Make the run of a unit from the focused run, with its settings; it is appended to w->runs and in
 * hand. -1 and an error: it is not.
 */
int sweep_point_open(struct trainer_state *w, const struct sweep *s, size_t unit, struct err *e);

#endif
