/* Under a plot: the letters of what was changed, and the values of knobs over the steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SCREEN_RAIL_H
#define RETORT_SCREEN_RAIL_H

#include "retort/screen/plot.h"

/* Dotted lines at the markers, in cells that are empty still. `a` is the drawing area of the curves. */
void rail_lines(const struct scene *s, struct canvas_area a, const struct plot_scale *x, int per_x);

/*
 * The rail in row 0 of `a`, strips in the rows below, as many as there are. Cells of curves begin
 * at column `left` and are `per_x` dots wide.
 */
void rail_draw(const struct scene *s, struct canvas_area a, int left, const struct plot_scale *x, int per_x);

/* Rows that rail_draw can use: 0 without markers. */
int rail_rows(const struct scene *s);

#endif
