/* Keys that change values: a knob, the weight of a teacher, a cell of the map. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_NUDGE_H
#define RETORT_UI_NUDGE_H

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/ui/scene.h"

/*
 * Nudge up (1) or down (-1): the cell of the map editor if it is open, the weight of the selected
 * teacher if the mixer is focused, the least similarity if the texts are, else the selected knob,
 * starting from its pending value. The change is a command in `line`; an edit of the map is only
 * made pending. -1 and an error where there is nothing to change.
 */
int nudge_value(struct scene *s, int direction, struct text *line, struct err *e);

/* Append a `set smooth` to `line`: the next higher (1) or lower (-1) smoothing. */
void nudge_smooth(const struct scene *s, int direction, struct text *line);

/* Append a command for the selected teacher to `line`. -1 and an error where there is none. Solo
 * mutes all others; a second time it unmutes all. */
int nudge_mute(const struct scene *s, struct text *line, struct err *e);
int nudge_solo(const struct scene *s, struct text *line, struct err *e);
int nudge_equalise(const struct scene *s, struct text *line, struct err *e);

#endif
