/* The title of a plot: metric, scale, and the legend with values. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_PLOT_TITLE_H
#define RETORT_UI_PLOT_TITLE_H

#include "retort/ui/plot_frame.h"

/* The rows that the title takes, at most `most`. */
int plot_title_rows(const struct plot_frame *p, int most);

/*
 * Draw the title in p->title_rows rows. Where it does not fit, values get shorter, then the scale
 * is left out, then legends from the last one on; of the main curve at least the value is left.
 */
void plot_title_draw(const struct plot_frame *p);

/* The curve whose legend is at column x and row y of the area; -1: none. */
int plot_title_curve(const struct plot_frame *p, int x, int y);

#endif
