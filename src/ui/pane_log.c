/* pane_log.c: changes, events and errors, newest at the bottom. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>

#include "retort/ui/layout.h"
#include "retort/ui/pane.h"

static void
draw_log(const struct scene *s, struct canvas_area a)
{
	static const enum canvas_style styles[] = { CANVAS_PLAIN, CANVAS_GOOD, CANVAS_WARN,
						    CANVAS_BAD };
	int rows = a.height - 1, first = s->n_log - rows - s->view.log_scroll;
	char note[48] = "";

	pane_heading(s, a, LAYOUT_log, "log");
	first = first < 0 ? 0 : first;
	if (first + rows < s->n_log)
		snprintf(note, sizeof note, "%d newer", s->n_log - first - rows);
	pane_note(a, note);
	for (int y = 0; y < rows && first + y < s->n_log; y++) {
		const struct scene_line *l = &s->log[(s->log_first + first + y) % SCENE_LOG];

		canvas_text(a, 1, 1 + y, styles[l->level], l->text);
	}
	if (s->n_log == 0)
		canvas_text(a, 1, 1, CANVAS_DIM, "no events yet");
}

const struct pane pane_log = {
	.name = "log",
	.title = "Log",
	.doc = "Changes, events and errors, with their steps.",
	.hints = "jk scroll  / search",
	.draw = draw_log,
};
