/* The layout of a figure on a page: title, legend, panels, markers, strips of knobs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_FIGURE_FIGURE_LAYOUT_H
#define RETORT_FIGURE_FIGURE_LAYOUT_H

#include "retort/curve/axis.h"
#include "retort/figure/cairo_page.h"
#include "retort/figure/figure_pen.h"

#define FIGURE_LAYOUT_WIDTH CAIRO_PAGE_WIDTH /* of the page, points */

/* A figure being drawn. The x axis is the same for panels, markers and strips. */
struct figure_layout {
	const struct figure *f;
	const struct figure_pen *pen;
	bool draws;         /* false: the height is measured */
	double left, right; /* edges of the panels */
	struct axis x;
};

/* The height of the page. `pen` measures texts. */
double figure_layout_height(const struct figure *f, const struct figure_pen *pen);

/* Draw the figure on a page of that height. */
void figure_layout_draw(const struct figure *f, const struct figure_pen *pen);

/* ---- for the files that draw parts; each part returns the y below it ---- */

double figure_layout_x(const struct figure_layout *l, double step);
void figure_layout_line(const struct figure_layout *l, const struct figure_point *p, size_t n,
			double width, uint32_t color, enum figure_dash dash);
/* Write a text in black, or another colour; returns its width. */
double figure_layout_text(const struct figure_layout *l, double x, double y,
			  const struct figure_text *t, const char *text);
/* Copy a text so that it fits into `room`: bytes that are no text become '?', "->" an arrow, and an
 * end that has no room an ellipsis. Returns buf. */
const char *figure_layout_fit(const struct figure_layout *l, const struct figure_text *t,
			      const char *text, double room, char *buf, size_t size);

#endif
