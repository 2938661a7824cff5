/* Value strips under the panels of a figure: the values of changed knobs over the steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_FIGURE_FIGURE_STRIPS_H
#define RETORT_FIGURE_FIGURE_STRIPS_H

#include "retort/figure/figure_layout.h"

#define FIGURE_STRIPS 16 /* knobs whose values are drawn */

/* Draw below `y`; return the y below the strips. */
double figure_strips_draw(const struct figure_layout *l, double y);

#endif
