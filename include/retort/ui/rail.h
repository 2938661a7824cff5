/* The rail: markers of changes and events over the steps of a plot, and the cursor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_RAIL_H
#define RETORT_UI_RAIL_H

#include <stdbool.h>

#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"
#include "retort/ui/span.h"

/* The horizontal scale that a plot, its rail and its strips share. */
struct rail {
	struct span_steps x; /* one column a cell */
	int margin;          /* cells left of the first column */
	uint32_t last;       /* last step with a sample */
	bool ascii;          /* draw ASCII only */
};

/* Whether a marker belongs to the branch in view. */
bool rail_shows(const struct scene *s, const struct curves_mark *m);

/* The column of a marker, or -1 if it is not in view. */
int rail_column(const struct scene *s, const struct rail *r, const struct curves_mark *m);

/* Draw dim dotted lines at the markers, in empty cells of `plot` only, so that no curve is hidden.
 */
void rail_lines(const struct scene *s, struct canvas_area plot, const struct rail *r);

/* Draw the line of the cursor through `plot`; with `list`, the texts of the markers in its column.
 */
void rail_cursor(const struct scene *s, struct canvas_area plot, const struct rail *r, bool list);

/* Draw the letters of the markers in one row, with what they changed where there is room; where
 * several share a column, their number. Columns
 * with broken[x.columns] get an 'x'. */
void rail_letters(const struct scene *s, struct canvas_area row, const struct rail *r,
		  const bool *broken);

#endif
