/* A chart: lines over the steps of the plots, with axes, in a part of a pane. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_CHART_H
#define RETORT_UI_CHART_H

#include "retort/curve/axis.h"
#include "retort/ui/canvas.h"
#include "retort/ui/curve.h"
#include "retort/ui/scene.h"

struct chart_line {
	const struct series *series; /* borrowed; NULL or empty: not drawn */
	enum canvas_style style;
	const struct curve_stroke *stroke;
};

/*
 * Draw lines into an area of any size, the first one over the others, with the labels of `y` in
 * `margin` columns at the left, and with the steps in the last row if the area has 5 rows.
 */
void chart_draw(const struct scene *s, struct canvas_area a, const struct chart_line *line, int n,
		const struct axis *y, int margin);

#endif
