/* pane_loss.c: the upper plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/pane.h"
#include "retort/ui/plot.h"

static void
draw_loss(const struct scene *s, struct canvas_area area)
{
	plot_draw(s, area, 0);
}

const struct pane pane_loss = {
	.name = "loss",
	.title = "Loss",
	.doc = "Upper plot: a metric over the steps, with a marker at each change.",
	.hints = "y log  x cursor  [ ] marks  { } zoom",
	.draw = draw_loss,
};
