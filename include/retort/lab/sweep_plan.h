/* The points of a sweep: its axes as typed, and the values that each point gives them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SWEEP_PLAN_H
#define RETORT_LAB_SWEEP_PLAN_H

#include "retort/lab/sweep_axis.h"

#define SWEEP_PLAN_AXES 4      /* at most */
#define SWEEP_PLAN_POINTS 1000 /* at most */

struct sweep_plan {
	int n_axes, n_points;
	struct sweep_axis axis[SWEEP_PLAN_AXES];
	int drawn;    /* `random N`; 0: the product of the axes */
	bool fresh;   /* points are runs from step 0: one changes the network, the batch or the
			 labels */
	char **value; /* [n_points, n_axes] owned texts */
};

/*
 * Parse "temperature 1,2,4", "lr log 1e-4..1e-2 x 8, kd-weight 0..1 x 3", "lr log 1e-4..1e-2
 * random 16", "student 'mlp 16' 'mlp 32'", "labels 50,100", split into words. `seed`: of random
 * points, which are functions of (seed, index). -1 and an error: a knob that cannot be swept, a
 * value out of its range, too many points.
 */
int sweep_plan_parse(struct sweep_plan *p, int n, char *const *word, uint64_t seed, struct err *e);
void sweep_plan_release(struct sweep_plan *p);

/* Value of an axis at a point. */
const char *sweep_plan_value(const struct sweep_plan *p, int point, int axis);

/* Name of an axis: of the knob, "student" or "labels". */
const char *sweep_plan_name(const struct sweep_plan *p, int axis);

/* "temperature 4, lr 0.001": a point. Returns buf. */
const char *sweep_plan_text(const struct sweep_plan *p, int point, char *buf, size_t size);

#endif
