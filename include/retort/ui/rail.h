/* The rail: marks of what happened at which step, value strips of tweaked knobs, the cursor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_RAIL_H
#define RETORT_UI_RAIL_H

#include <stdbool.h>

#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"
#include "retort/ui/span.h"

/* Where steps stand on the canvas: what a plot and everything under it share. */
struct rail {
	struct span_steps x; /* a column is a cell */
	int margin;          /* cells left of the first */
	uint32_t last;       /* the last step there is */
	bool ascii;
};

/* Is this mark of the branch in view? */
bool rail_shows(const struct scene *s, const struct scene_mark *m);

/* Dim dotted lines at the marks, in empty cells of `plot` only: a line through dots would hide
 * data. */
void rail_lines(const struct scene *s, struct canvas_area plot, const struct rail *r);

/* The cursor's line through `plot`; with `list` also the texts of the marks in its column. */
void rail_cursor(const struct scene *s, struct canvas_area plot, const struct rail *r, bool list);

/* One row of letters; a digit where several share a column. broken[x.columns]: 'x' where true. */
void rail_letters(const struct scene *s, struct canvas_area row, const struct rail *r,
		  const bool *broken);

/* How many knobs have marks in the branch in view. */
int rail_knobs(const struct scene *s);

/*
 * A row for each tweaked knob: its value as steps, and of a ramp what it was and, dimly, what it
 * will be, to the end of the run. Where rows lack, knobs under ramps, then the latest tweaked.
 */
void rail_strips(const struct scene *s, struct canvas_area a, const struct rail *r);

#endif
