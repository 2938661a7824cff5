/* Figures of the points of a sweep, their order, and halving. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SWEEP_SCORE_H
#define RETORT_LAB_SWEEP_SCORE_H

#include "retort/lab/sweep.h"

/* Figures of a unit as a journal keeps them; a copy, owned by the caller. */
struct sweep_figures sweep_score_figures(const struct sweep *s, size_t unit);

/* "point 2 of 5: temperature 2: val-nll 0.31, 300 steps". */
void sweep_score_describe(const struct sweep *s, size_t unit, char *buf, size_t size);

/* Whether a metric compares with the teachers. */
bool sweep_score_taught(unsigned metric);

/* Mean of the metric of a unit over its ranking rows, or over those for the winner; NaN: none. */
double sweep_score_unit(const struct sweep *s, size_t unit, bool confirm);

/* The same of a point: the mean over its seeds; NaN where one has none. */
double sweep_score_point(const struct sweep *s, int point, bool confirm);

/* Whether all units of a point were trained to the end or have diverged. */
bool sweep_score_done(const struct sweep *s, int point);

/* Whether all units of a point have figures after so many steps. */
bool sweep_score_at(const struct sweep *s, int point, uint64_t steps);

/* -1: lower values of the metric are better, 1: higher. */
int sweep_score_better(const struct sweep *s);

/* Drop the worst half of the points that wait for more steps, and double the target. */
void sweep_score_halve(struct sweep *s);

/* EXPECT of a point of the last sweep, "sweep.3": 0, or -1 and an error; 1: the name is another. */
int sweep_score_expect(const struct trainer_state *w, struct request *r, unsigned metric,
		       struct err *e);

#endif
