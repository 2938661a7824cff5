/* pane_accuracy.c: the lower plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/pane.h"
#include "retort/ui/plot.h"

static void
draw_accuracy(const struct scene *s, struct canvas_area area)
{
	plot_draw(s, area, 1);
}

const struct pane pane_accuracy = {
	.name = "accuracy",
	.title = "Accuracy",
	.doc = "Lower plot: a second metric over the same steps, with markers and the values of "
	       "changed knobs.",
	.hints = "y log  x cursor  [ ] marks  { } zoom",
	.draw = draw_accuracy,
};
