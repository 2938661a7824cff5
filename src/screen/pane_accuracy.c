/* pane_accuracy.c: the lower plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/screen/pane.h"
#include "retort/screen/plot.h"

static void
draw(const struct scene *s, struct canvas_area a)
{
	plot_draw(s, a, 1);
}

const struct pane pane_accuracy = {
	.name = "accuracy",
	.title = "Accuracy",
	.doc = "The held-out accuracy, or another metric, over the steps.",
	.hints = "y log  x cursor  [ ] marks  { } zoom",
	.draw = draw,
};
