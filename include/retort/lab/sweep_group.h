/* Units of a sweep that are trained together. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SWEEP_GROUP_H
#define RETORT_LAB_SWEEP_GROUP_H

#include "retort/lab/sweep.h"

/*
 * The runs of a group stand behind the others in w->runs while they are made, stepped and
 * evaluated; between two steps they are not there, and the lab is as it was.
 */

/* Choose the next units to train up to the target, s->group; n_group 0: all are there. */
void sweep_group_choose(struct trainer_state *w, struct sweep *s);

/* Take the figures of the journal for all units; false: some have not reached the target. */
bool sweep_group_recall(struct sweep *s);
/*
 * Choose at most `most` units, up to LAB_LOCKSTEP, that a rank can train together: into group, and
 * their number. Takes those of the journal on the way; leaves out those that are given, and those
 * whose run another rank has. One process is rank 0.
 */
size_t sweep_group_pick(struct trainer_state *w, struct sweep *s, int rank, size_t most,
			size_t *group);

/* Units that no rank trains yet; those of the journal are taken on the way. */
size_t sweep_group_left(struct sweep *s);

/* Store the state and figures of a unit that has reached the target in another process; `row` is
 * owned by it from here on. */
void sweep_group_store(struct sweep *s, size_t unit, bool diverged, struct eval_row *row);

/* Begin with the group that was chosen. -1 and an error. */
int sweep_group_begin(struct trainer_state *w, struct sweep *s, struct err *e);

/* A step of the group; at its end the units are evaluated, and n_group is 0. -1 and an error. */
int sweep_group_step(struct trainer_state *w, struct sweep *s, struct err *e);

#endif
