/* The knobs that are worth a row now: all but those of losses that are off. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_KNOBLIST_H
#define RETORT_UI_KNOBLIST_H

#include "retort/ui/scene.h"

#define KNOBLIST_MOST 256

/* Indices into knob_table, in its order; the chosen knob is always among them. Returns how many. */
int knoblist_make(const struct scene *s, int out[KNOBLIST_MOST]);

/* Row of a knob in that list; -1 where it has none. */
int knoblist_row(const struct scene *s, int knob);

/* The knob at that row, the nearest that there is. */
int knoblist_at(const struct scene *s, int row);

#endif
