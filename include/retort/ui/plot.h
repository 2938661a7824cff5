/* Plots of a metric over steps: title with legend, axes, curves, markers, cursor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_PLOT_H
#define RETORT_UI_PLOT_H

#include "retort/ui/canvas.h"
#include "retort/ui/raster.h"
#include "retort/ui/scene.h"
#include "retort/ui/span.h"

/* The character set for curves, by knob charset and terminal. */
enum raster_set plot_set(const struct scene *s);

/* The range of the x axis: the zoomed range, or the page that contains the last step. */
struct span_steps plot_steps(const struct scene *s, int columns);

/*
 * Draw view.plot_metric[which] into an area of any size. The first row is the title: metric, logY,
 * ema, and a legend with the last values, or with exact values at the cursor. Rail and strips are
 * under the lower plot (which 1), under the upper one if it has 16 rows, and under each that has
 * more than half of the screen. Without room, parts are omitted in this order: strips, rail, axes,
 * curves.
 */
void plot_draw(const struct scene *s, struct canvas_area a, int which);

#endif
