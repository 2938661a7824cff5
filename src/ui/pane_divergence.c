/* pane_divergence.c: the third plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/pane.h"
#include "retort/ui/plot.h"

static void
draw_divergence(const struct scene *s, struct canvas_area area)
{
	plot_draw(s, area, 2);
}

static const char *
empty_divergence(const struct scene *s)
{
	return s->info.run->has_student ? NULL : "no student; `student mlp 16` creates one";
}

const struct pane pane_divergence = {
	.name = "divergence",
	.title = "Divergence",
	.doc = "Third plot: the divergence from the teachers, or another metric over the same "
	       "steps.",
	.hints = "y log  x cursor  [ ] marks  { } zoom",
	.draw = draw_divergence,
	.empty = empty_divergence,
};
