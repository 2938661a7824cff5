/* pane_loss.c: the upper plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/screen/pane.h"
#include "retort/screen/plot.h"

static void
draw(const struct scene *s, struct canvas_area a)
{
	plot_draw(s, a, 0);
}

const struct pane pane_loss = {
	.name = "loss",
	.title = "Loss",
	.doc = "The held-out loss, or another metric, over the steps.",
	.hints = "y log  x cursor  [ ] marks  { } zoom",
	.draw = draw,
};
