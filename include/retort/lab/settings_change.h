/* Changes of the settings in force: checked, applied as a whole, described. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SETTINGS_CHANGE_H
#define RETORT_LAB_SETTINGS_CHANGE_H

#include "retort/lab/trainer_state.h"

/* The settings in force without the ramps that have finished: the value that a change starts from.
 */
struct settings settings_change_base(const struct trainer_state *w);

/*
 * Apply settings at a step boundary, all or none: the loss part of the student's graph is built
 * anew where the layer map or the set of losses changed. -1 and an error: nothing changed.
 */
int settings_change_put(struct trainer_state *w, const struct settings *s, struct err *e);

/* Steps of the student, which ramps are functions of; 0 without one. */
uint64_t settings_change_step(const struct trainer_state *w);

/*
 * Set everything under a ramp to its value at the student's step. Allocates only where a weight
 * leaves or reaches 0: a term is then added to or removed from the graph. -1 and an error: no
 * memory for it; settings_change_fit tries again.
 */
int settings_change_follow(struct trainer_state *w, struct err *e);

/*
 * Before a step: allocate what the settings in force need and a change that failed has left out
 * (buffers of the feed, terms that a ramp has added). Returns at once where nothing is missing.
 */
int settings_change_fit(struct trainer_state *w, struct err *e);

/* Give settings the weights of teachers and sets that were added after they were taken. */
void settings_change_extend(struct settings *s, const struct settings *now);

/* Describe the remedies of the settings in force in w->info. */
void settings_change_describe(struct trainer_state *w);

/* What the student's loss terms are built from, with the settings in force. */
struct branch_plan settings_change_plan(const struct trainer_state *w);

#endif
