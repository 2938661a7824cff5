/* View actions of plots. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_VIEW_PLOT_H
#define RETORT_UI_VIEW_PLOT_H

#include "retort/base/err.h"
#include "retort/ui/scene.h"

/* Set the range of the values of the focused plot to "FROM TO", where 90% is 0.9; "" fits it to the
 * curves. -1 and an error for anything else. */
int view_plot_range(struct scene *s, const char *argument, struct err *e);

/* Hide a curve by its name in the legend, or show it again. -1 and an error for an unknown one. */
int view_plot_toggle(struct scene *s, const char *argument, struct err *e);

#endif
