/* pane_loss.c: the upper plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/pane.h"
#include "retort/ui/plot.h"

static void
draw(const struct scene *s, struct canvas_area area)
{
	plot_draw(s, area, 0);
}

const struct pane pane_loss = {
	.name = "loss",
	.title = "Loss",
	.doc = "The upper plot: a metric over the steps, with markers of what was changed when.",
	.hints = "y log  x cursor  [ ] marks  { } zoom",
	.draw = draw,
};
