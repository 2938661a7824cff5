/* map_overview.c: the layer map beside the plots. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/map_overview.h"

#include <stdio.h>

#include "retort/ui/editor.h"
#include "retort/ui/pair_text.h"

#define NAME_WIDTH 8 /* cells of the names of the teacher's layers */
#define NAME_LEAST 3 /* columns of the name of a teacher in a list of pairs */
#define CELL_MOST 7
#define CELL_LEAST 4

/* Draw "big:3.attention → s:1.attention", or where that does not fit "big:3 → s:1 att", with the
 * name of the teacher cut. */
static void
draw_pair(const struct scene *s, struct canvas_area a, const struct layer_pair *m)
{
	const struct net_info *t = &s->info.teacher[m->teacher];
	const char *dot = m->on == MODEL_HIDDEN ? "" : ".",
		   *on = m->on == MODEL_HIDDEN ? "" : model_tap_name[m->on];
	const char *tl = t->layer[m->t_layer].name,
		   *sl = s->info.run->student.layer[m->s_layer].name;
	char layers[120], tap[8], number[32];
	int room = a.width - 2 - text_width(pair_text_weight(s, m->weight, number, sizeof number)),
	    name = text_width(t->name);

	snprintf(layers, sizeof layers, ":%s%s%s %s s:%s%s%s", tl, dot, on, scene_arrow(s), sl, dot,
		 on);
	if (name + text_width(layers) > room)
		snprintf(layers, sizeof layers, ":%s %s s:%s%s", tl, scene_arrow(s), sl,
			 pair_text_tap(m->on, tap, sizeof tap));
	if (name + text_width(layers) > room) /* the name is cut */
		name = room - text_width(layers);
	name = name < NAME_LEAST ? NAME_LEAST : name;
	canvas_text_most(a, 1, 0, name, CANVAS_PLAIN, t->name);
	canvas_text_most(a, 1 + name, 0, room - name, CANVAS_PLAIN, layers);
	canvas_text_right(a, a.width, 0, CANVAS_BOLD, number);
}

static void
draw_list(const struct scene *s, struct canvas_area a)
{
	bool all = s->info.run->settings.n_maps <= a.height;

	for (int i = 0; i < s->info.run->settings.n_maps && i < a.height - !all; i++)
		draw_pair(s, canvas_cut(a, 0, i, a.width, 1), &s->info.run->settings.map[i]);
	if (!all && a.height > 0)
		canvas_textf(a, 1, a.height - 1, CANVAS_DIM, "and %d more",
			     s->info.run->settings.n_maps - a.height + 1);
	if (s->info.run->settings.n_maps == 0)
		canvas_text(a, 1, 0, CANVAS_DIM, "no layers are mapped");
}

/* Draw the weight of a pair of layers: on hidden states, or else on what else is mapped. */
static void
draw_cell(const struct scene *s, struct canvas_area a, const struct scene_edit *x)
{
	const struct layer_pair *m = editor_mapped(s, x), *other = editor_other_map(s, x, NULL);
	char number[32];
	const char *text;

	if (!m && other) {
		m = other;
		other = editor_other_map(s, x, other);
	}
	text = m ? pair_text_short(m, other ? "+" : "", a.width, number, sizeof number)
		 : pair_text_weight(s, -1, number, sizeof number);
	canvas_text_right(a, text_width(text) > a.width ? text_width(text) : a.width, 0,
			  m ? CANVAS_BOLD : CANVAS_DIM, text);
}

void
map_overview_draw(const struct scene *s, struct canvas_area a, int teacher)
{
	const struct net_info *t = &s->info.teacher[teacher], *st = &s->info.run->student;
	/* an input without parameters cannot be mapped: leave it out */
	int first = st->n_layers > 0 && st->layer[0].learns ? 0 : 1;
	int columns = st->n_layers - first,
	    cell = columns > 0 ? (a.width - NAME_WIDTH) / columns : 0;

	cell = cell > CELL_MOST ? CELL_MOST : cell;
	if (cell < CELL_LEAST || t->n_layers + 1 > a.height) {
		draw_list(s, a);
		return;
	}
	for (int c = 0; c < columns; c++)
		canvas_text_right(canvas_cut(a, NAME_WIDTH + 1 + cell * c, 0, cell - 1, 1),
				  cell - 1, 0, CANVAS_DIM, st->layer[first + c].name);
	for (int r = 0; r < t->n_layers; r++) {
		canvas_text_most(a, 1, 1 + r, 6, CANVAS_DIM, t->layer[r].name);
		for (int c = 0; c < columns; c++)
			draw_cell(s, canvas_cut(a, NAME_WIDTH + 1 + cell * c, 1 + r, cell - 1, 1),
				  &(struct scene_edit){ teacher, r, first + c, MODEL_HIDDEN, 0,
							NULL, THROUGH_DEFAULT });
	}
}
