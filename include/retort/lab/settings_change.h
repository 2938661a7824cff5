/* Settings: everything a person can change while the student trains, as one value that can be put
 * back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SETTINGS_CHANGE_H
#define RETORT_LAB_SETTINGS_CHANGE_H

#include "retort/lab/trainer_state.h"

/* The settings in force without the ramps that have finished: the value that a change starts from.
 */
struct settings settings_change_base(const struct trainer_state *w);

/*
 * Put them in place between two steps, together or not at all: the graph's loss part is built anew
 * where maps or the set of losses changed. -1 and an error: nothing has changed.
 */
int settings_change_put(struct trainer_state *w, const struct settings *s, struct err *e);

/* The step of the main line: what ramps are functions of. */
uint64_t settings_change_step(const struct trainer_state *w);

/*
 * Give the knobs their values at the step at which the student stands, after a step of it.
 * Allocates nothing, but where a weight comes from or to 0: a term is then added to the graph or
 * taken out. -1 and an error: there was no room for it.
 */
int settings_change_follow(struct trainer_state *w, struct err *e);

/* Whether the losses that are on can be computed with the teachers as they are asked: 0, or -1 and
 * why not. */
int settings_change_check(const struct trainer_state *w, struct err *e);

/* What became of what: "temperature 4 -> 2", "map2 big:1 s:1 weight 0.5"; "" where nothing did. */
void settings_change_describe(const struct trainer_state *w, const struct settings *from,
			      const struct settings *to, char *buf, size_t size);

/* What the terms of the student are made from, as things are now. */
struct branch_plan settings_change_plan(const struct trainer_state *w);

#endif
