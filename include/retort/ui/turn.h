/* Turning things from the keys: what `more` and `less` say of a knob, a teacher's weight, a cell of
 * the map. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TURN_H
#define RETORT_UI_TURN_H

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/ui/scene.h"

/*
 * One nudge up (1) or down (-1) of what has the attention: a cell of the map editor, the chosen
 * teacher's weight where the mixer has the focus, else the chosen knob, from where it was asked to
 * go if no answer came yet. Knobs and teachers give a command in `line`.
 */
int turn_by(struct scene *s, int direction, struct text *line, struct err *e);

/* The next smoothing of the plots up or down, as a `set` in `line`. */
void turn_smooth(const struct scene *s, int direction, struct text *line);

/* The mixer. A command in `line`, which undo takes back whole. -1: no teacher. */
int turn_mute(const struct scene *s, struct text *line, struct err *e);
int turn_solo(const struct scene *s, struct text *line,
	      struct err *e); /* the chosen alone; again: all */
int turn_equalise(const struct scene *s, struct text *line, struct err *e);

#endif
