/* Plots: title with legend, axes, curves, markers and cursor of one metric over the steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_PLOT_H
#define RETORT_UI_PLOT_H

#include "retort/ui/canvas.h"
#include "retort/ui/raster.h"
#include "retort/ui/scene.h"
#include "retort/ui/span.h"

/* The glyphs that charset and terminal allow. RASTER_ASCII: nothing but ASCII may be drawn. */
enum raster_set plot_set(const struct scene *s);

/* The steps on the x axis: the zoomed range, or the page that holds the last step. */
struct span_steps plot_steps(const struct scene *s, int columns);

/*
 * Draw view.plot_metric[which]. Its first row is the title: name, logY, ema, legend with last
 * values, or the exact values at the cursor. The rail and its strips stand under the lower plot
 * (which 1), and under the upper one where it has 16 rows or more than half of the screen's. Any
 * size; what does not fit goes in this order: strips, rail, axes, curves.
 */
void plot_draw(const struct scene *s, struct canvas_area a, int which);

#endif
