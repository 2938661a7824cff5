/* matrix_pair.c: the pair under the cursor of the map editor, and the pending edits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/matrix_pair.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/kd/losses/loss_table.h"
#include "retort/ui/curve.h"
#include "retort/ui/editor.h"
#include "retort/ui/pair_text.h"

/* The student's last sample of a metric; NaN where there is none. */
static double
last_value(const struct scene *s, unsigned metric)
{
	const struct series *x = scene_series(s, BRANCH_STUDENT, metric);
	uint32_t step;
	double value;

	return x && series_last(x, &step, &value) ? value : NAN;
}

/* Draw the current values of a mapped pair: raw and weighted loss, share of the gradient. */
static void
draw_values(const struct scene *s, struct canvas_area a, int y, const struct layer_pair *m)
{
	char raw[32], weighted[32];
	double share = last_value(s, metric_map(m->slot, METRIC_SHARE));
	int x;

	curve_number(last_value(s, metric_map(m->slot, METRIC_TRAIN)), raw, sizeof raw);
	curve_number(last_value(s, metric_map(m->slot, METRIC_WEIGHTED)), weighted,
		     sizeof weighted);
	x = canvas_textf(a, 1, y, CANVAS_PLAIN, "loss %s   weighted %s", raw, weighted);
	if (isfinite(share))
		canvas_textf(a, x, y, CANVAS_PLAIN, "   %.1f%% of the gradient", 100 * share);
}

/* Draw how attention transfer compares two maps: their positions. */
static void
draw_attention_transfer(const struct scene *s, struct canvas_area a, int y, size_t positions)
{
	size_t side = (size_t)lround(sqrt((double)positions));

	if (side * side == positions)
		canvas_textf(a, 1, y, CANVAS_PLAIN,
			     "attention transfer between maps of %zu %s %zu positions", side,
			     scene_times(s), side);
	else
		canvas_textf(a, 1, y, CANVAS_PLAIN,
			     "attention transfer between maps of %zu positions", positions);
}

/* Draw how a pair is compared: the loss, on what, through which projection. */
static void
draw_comparison(const struct scene *s, struct canvas_area a, int y, const struct layer_pair *m)
{
	const struct layer_info *t = &s->info.teacher[m->teacher].layer[m->t_layer];
	size_t width = net_info_width(&s->info.run->student.layer[m->s_layer], m->on);
	static const char *const plural[MODEL_TAPS] = { "hidden states", "maps", "values",
							"queries",       "keys", "scores" };
	const char *what = plural[m->on];

	if (m->match->needs & LOSS_MAP)
		draw_attention_transfer(s, a, y, t->width / t->last);
	else if (m->match != &loss_hidden)
		canvas_text(a, 1, y, CANVAS_PLAIN, m->match->doc);
	else if (1u << m->on & MODEL_SQUARES)
		canvas_textf(a, 1, y, CANVAS_PLAIN,
			     "squared error of the attention %s of %zu head%s", what, width,
			     width == 1 ? "" : "s");
	else if (!m->projected)
		canvas_textf(a, 1, y, CANVAS_PLAIN, "mean squared error of %s, both %zu wide", what,
			     width);
	else
		canvas_textf(a, 1, y, CANVAS_PLAIN,
			     "mean squared error%s%s%s projection %zu %s %zu (%zu parameters)",
			     m->on ? " of " : " through a", m->on ? what : "",
			     m->on ? ", learned" : " learned", width, scene_arrow(s), m->t_width,
			     (width + 1) * m->t_width);
}

/* Draw the first row: the pair, its weight and the pending one, projection, CKA, other pairs of
 * the same layers. `fits`: the pair can be mapped, as *m. */
static void
draw_summary(const struct scene *s, struct canvas_area a, const struct scene_edit *cell, bool fits,
	     const struct layer_pair *m)
{
	const struct net_info *t = &s->info.teacher[cell->teacher];
	const struct layer_pair *mapped = editor_mapped(s, cell), *other = NULL;
	double cka = editor_cka(s, cell);
	char now[32], then[32];
	int x = canvas_textf(a, 1, 0, CANVAS_BOLD, "%s:%s %s s:%s", t->name,
			     t->layer[cell->t_layer].name, scene_arrow(s),
			     s->info.run->student.layer[cell->s_layer].name);

	if (cell->on != MODEL_HIDDEN)
		x = canvas_textf(a, x + 1, 0, CANVAS_BOLD, "on %s", model_tap_name[cell->on]);
	x = canvas_text(a, x + 3, 0, mapped ? CANVAS_PLAIN : CANVAS_DIM,
			!fits    ? "incompatible"
			: mapped ? "weight "
				 : "not mapped");
	if (mapped)
		x = canvas_text(a, x, 0, CANVAS_PLAIN,
				pair_text_weight(s, mapped->weight, now, sizeof now));
	if (editor_pending(s, cell))
		x = canvas_textf(a, x, 0, CANVAS_PENDING, " %s %s", scene_arrow(s),
				 cell->weight < 0
					 ? "off"
					 : pair_text_weight(s, cell->weight, then, sizeof then));
	if (fits && m->through)
		x = canvas_textf(a, x, 0, CANVAS_PLAIN, "   through %s",
				 layer_pair_through_name[m->through]);
	if (!isnan(cka))
		x = canvas_textf(a, x, 0, CANVAS_DIM, "   CKA %.3f at step %llu", cka,
				 (unsigned long long)s->cka.step);
	while ((other = editor_other_map(s, cell, other)))
		x = canvas_textf(a, x, 0, CANVAS_DIM, "   on %s weight %.3g",
				 model_tap_name[other->on], other->weight);
}

void
matrix_pair_draw(const struct scene *s, struct canvas_area a)
{
	struct scene_edit cell = editor_cell(s, s->view.edit_row, s->view.edit_column);
	const struct net_info *t = &s->info.teacher[cell.teacher];
	const struct layer_pair *mapped = editor_mapped(s, &cell);
	struct layer_pair m;
	struct err e;
	bool fits = editor_fit(s, &cell, &m, &e) == 0;

	if (t->is_file)
		snprintf(e.msg, sizeof e.msg, "%s is an output file: it has no layers to map",
			 t->name);
	if (!fits) /* in a single row only the reason, which names the pair */
		canvas_text(a, 1, a.height > 1, CANVAS_WARN, e.msg);
	if (!editor_has_layers(s, &cell) || (!fits && a.height < 2))
		return;
	draw_summary(s, a, &cell, fits, &m);
	if (fits)
		draw_comparison(s, a, 1, &m);
	if (mapped)
		draw_values(s, a, 2, mapped);
}

/* Append what an edit changes besides the weight: " at", " through shared". */
static void
add_comparison(const struct scene *s, const struct scene_edit *e, char *text, size_t size)
{
	const struct layer_pair *m = editor_mapped(s, e);
	size_t len = strlen(text);

	if (e->weight < 0 || !e->match)
		return;
	if (e->match != (m ? m->match : &loss_hidden))
		snprintf(text + len, size - len, " %s", e->match->name);
	len = strlen(text);
	if (e->through != (m ? m->through : THROUGH_DEFAULT))
		snprintf(text + len, size - len, " through %s",
			 e->through ? layer_pair_through_name[e->through] : "as needed");
}

void
matrix_pair_pending(const struct scene *s, struct canvas_area a)
{
	char now[32], then[32], tap[8], text[160];
	int n = s->view.n_edits, x = n ? canvas_textf(a, 1, 0, CANVAS_PENDING, "%d pending:", n)
				       : canvas_text(a, 1, 0, CANVAS_DIM, "no pending edits");

	for (int i = 0; i < n; i++) {
		const struct scene_edit *e = &s->view.edit[i];
		double w = editor_weight(s, e);

		if (!editor_has_layers(s, e))
			continue;
		snprintf(text, sizeof text, "%s:%s s:%s%s %s%s%s", s->info.teacher[e->teacher].name,
			 s->info.teacher[e->teacher].layer[e->t_layer].name,
			 s->info.run->student.layer[e->s_layer].name,
			 pair_text_tap(e->on, tap, sizeof tap),
			 w < 0 ? "" : pair_text_weight(s, w, now, sizeof now),
			 w < 0 ? "" : scene_arrow(s),
			 e->weight < 0 ? "off" : pair_text_weight(s, e->weight, then, sizeof then));
		add_comparison(s, e, text, sizeof text);
		if (i > 0 && x + 2 + text_width(text) > a.width - (i + 1 < n ? 5 : 0)) {
			canvas_textf(a, x + 2, 0, CANVAS_PENDING, "+%d", n - i);
			return;
		}
		x = canvas_text(a, x + 2, 0, CANVAS_PENDING, text);
	}
}
