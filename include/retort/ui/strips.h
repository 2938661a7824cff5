/* Value strips: the value of each changed knob over the steps, under the rail of a plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_STRIPS_H
#define RETORT_UI_STRIPS_H

#include "retort/ui/rail.h"

/* The number of knobs with markers of the branch in view. */
int strips_count(const struct scene *s);

/*
 * Draw a row for each changed knob: its values at their steps, and of a ramp past values and, dim,
 * future ones up to the end of the run. Without room for all, knobs under a ramp and those changed
 * last are drawn.
 */
void strips_draw(const struct scene *s, struct canvas_area a, const struct rail *r);

#endif
