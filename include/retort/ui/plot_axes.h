/* The axes of a plot: lines, ticks and labels. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_PLOT_AXES_H
#define RETORT_UI_PLOT_AXES_H

#include "retort/curve/axis.h"
#include "retort/ui/rail.h"
#include "retort/ui/raster.h"

/* Draw the y axis in `height` rows from row `top` on, left of the first column; labels if the
 * margin has room. */
void plot_axes_y(struct canvas_area a, int top, const struct rail *r, const struct axis *y,
		 enum raster_set set, int height);

/* Draw the x axis in a row, labels of steps below it in label_row, or within the axis if that is 0.
 */
void plot_axes_x(struct canvas_area a, const struct rail *r, int axis_row, int label_row);

#endif
