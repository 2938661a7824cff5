/* pane_map.c: the layer map: small beside the plots, or as the editor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/screen/editor.h"
#include "retort/screen/layout.h"
#include "retort/screen/pane.h"

static void
draw(const struct scene *s, struct canvas_area a)
{
	int t = s->view.edit_teacher < s->info.n_teachers ? s->view.edit_teacher : 0, x;

	if (s->view.editing && s->info.n_teachers && s->info.has_student) {
		editor_draw(s, a);
		return;
	}
	x = pane_heading(s, a, LAYOUT_map, "map");
	if (s->info.n_teachers == 0 || !s->info.has_student) {
		canvas_text(a, 1, 1, CANVAS_DIM, "needs teacher and student");
		return;
	}
	canvas_textf(a, x + 1, 0, CANVAS_DIM, "%.8s %s student", s->info.teacher[t].name,
		     scene_ascii(s) ? "->" : "\u2192");
	canvas_text(a, a.width - 4, 0, CANVAS_DIM, "(m)");
	editor_overview(s, canvas_cut(a, 0, 1, a.width, a.height - 1), t);
}

const struct pane pane_map = {
	.name = "map",
	.title = "Layer map",
	.doc = "Which layer of a teacher teaches which layer of the student, and with what weight; m opens its editor.",
	.hints = "Enter edit",
	.draw = draw,
};
