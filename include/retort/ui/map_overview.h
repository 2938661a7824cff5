/* The layer map beside the plots: a small matrix, or a list of the mapped pairs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_MAP_OVERVIEW_H
#define RETORT_UI_MAP_OVERVIEW_H

#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"

/*
 * Draw the matrix of a teacher and the student, or, where it does not fit, the mapped pairs of all
 * teachers. "10a" is a weight on attention, "10v" on values; in "0.5+" the plus stands for another
 * pair of the same layers.
 */
void map_overview_draw(const struct scene *s, struct canvas_area a, int teacher);

#endif
