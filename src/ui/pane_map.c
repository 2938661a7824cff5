/* pane_map.c: the layer map: an overview beside the plots, or the editor on the whole screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>

#include "retort/ui/editor.h"
#include "retort/ui/layout.h"
#include "retort/ui/map_overview.h"
#include "retort/ui/matrix.h"
#include "retort/ui/pane.h"

static void
draw_map(const struct scene *s, struct canvas_area a)
{
	int t = s->view.edit_teacher < s->info.n_teachers ? s->view.edit_teacher : 0, others = 0, x;
	char note[40] = "m: edit";

	if (editor_is_open(s)) {
		matrix_draw(s, a);
		return;
	}
	x = pane_heading(s, a, LAYOUT_map, "map");
	if (s->info.n_teachers == 0 || !s->info.run->has_student) {
		canvas_text(a, 1, 1, CANVAS_DIM,
			    s->info.n_teachers ? "no student yet" : "no teacher yet");
		return;
	}
	x = canvas_text_most(a, x + 1, 0, 8, CANVAS_DIM, s->info.teacher[t].name);
	canvas_textf(a, x, 0, CANVAS_DIM, " %s s ", scene_arrow(s));
	for (int i = 0; i < s->info.run->settings.n_maps; i++)
		others += s->info.run->settings.map[i].teacher != t;
	if (others)
		snprintf(note, sizeof note, a.width < 44 ? "+%d others" : "+%d for other teachers",
			 others);
	pane_note(a, note);
	map_overview_draw(s, canvas_cut(a, 0, 1, a.width, a.height - 1), t);
}

static const char *
empty_map(const struct scene *s)
{
	return s->info.n_teachers == 0     ? "no teacher; `teacher big mlp 256,256` adds one"
	       : !s->info.run->has_student ? "no student; `student mlp 16` creates one"
					   : NULL;
}

const struct pane pane_map = {
	.name = "map",
	.title = "Layer map",
	.doc = "Pairs of teacher and student layers that are compared, with their weights; m opens "
	       "the editor.",
	.hints = "Enter edit  t next teacher",
	.draw = draw_map,
	.empty = empty_map,
};
