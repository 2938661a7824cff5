/* A panel: the lines of one metric over the steps, with its axes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_FIGURE_FIGURE_PANEL_H
#define RETORT_FIGURE_FIGURE_PANEL_H

#include "retort/figure/figure_layout.h"

/* The y axis of a panel. Losses whose values differ by more than a factor of 10 get a logarithmic
 * one. */
void figure_panel_axis(const struct figure *f, unsigned metric, struct axis *y);

/* Draw a panel from `top` to `bottom`; with `steps`, labels under its x axis. */
void figure_panel_draw(const struct figure_layout *l, unsigned metric, double top, double bottom,
		       bool steps);

#endif
