/* pane_map.c: the layer map: small beside the plots, or as the editor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>

#include "retort/ui/editor.h"
#include "retort/ui/layout.h"
#include "retort/ui/matrix.h"
#include "retort/ui/pane.h"

static void
draw(const struct scene *s, struct canvas_area a)
{
	int t = s->view.edit_teacher < s->info.n_teachers ? s->view.edit_teacher : 0, others = 0, x;
	char note[32] = "m: edit";

	if (editor_is_open(s)) {
		matrix_draw(s, a);
		return;
	}
	x = pane_heading(s, a, LAYOUT_map, "map");
	if (s->info.n_teachers == 0 || !s->info.has_student) {
		canvas_text(a, 1, 1, CANVAS_DIM,
			    s->info.n_teachers ? "no student yet" : "no teacher yet");
		return;
	}
	canvas_textf(a, x + 1, 0, CANVAS_DIM, "%.8s %s s ", s->info.teacher[t].name,
		     scene_ascii(s) ? "->" : "\u2192");
	for (int i = 0; i < s->info.n_maps; i++)
		others += s->info.map[i].teacher != t;
	if (others)
		snprintf(note, sizeof note, "+%d of others", others);
	pane_note(a, note);
	matrix_overview(s, canvas_cut(a, 0, 1, a.width, a.height - 1), t);
}

const struct pane pane_map = {
	.name = "map",
	.title = "Layer map",
	.doc = "Which layer of a teacher teaches which layer of the student, and with what weight; "
	       "m opens its editor.",
	.hints = "Enter edit  t teacher",
	.draw = draw,
};
