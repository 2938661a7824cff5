/* editor.c: the map editor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/screen/editor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/screen/layout.h"
#include "retort/screen/curve.h"

#define CELL 9     /* columns of a cell */
#define HEADING 22 /* columns of a teacher's layer and its width */

double
editor_weight(const struct scene *s, int teacher, int t_layer, int s_layer)
{
	for (int i = 0; i < s->info.n_maps; i++) {
		const struct lab_map *m = &s->info.map[i];

		if (m->teacher == teacher && m->t_layer == t_layer && m->s_layer == s_layer)
			return m->weight;
	}
	return -1;
}

const struct scene_edit *
editor_pending(const struct scene *s, int teacher, int t_layer, int s_layer)
{
	for (int i = 0; i < s->view.n_edits; i++) {
		const struct scene_edit *x = &s->view.edit[i];

		if (x->teacher == teacher && x->t_layer == t_layer && x->s_layer == s_layer)
			return x;
	}
	return NULL;
}

static void
forget(struct scene_view *v, int i)
{
	memmove(&v->edit[i], &v->edit[i + 1], (size_t)(v->n_edits - i - 1) * sizeof v->edit[0]);
	v->n_edits--;
}

int
editor_edit(struct scene *s, double weight, struct err *e)
{
	struct scene_view *v = &s->view;
	struct scene_edit x = { v->edit_teacher, v->edit_row, v->edit_column, weight };
	const struct scene_edit *old = editor_pending(s, x.teacher, x.t_layer, x.s_layer);

	if (x.s_layer == 0)
		return err_set(e, "s:0 is the input: nothing in it can learn");
	if (old)
		forget(v, (int)(old - v->edit));
	if (weight == editor_weight(s, x.teacher, x.t_layer, x.s_layer) || (weight < 0 && editor_weight(s, x.teacher, x.t_layer, x.s_layer) < 0))
		return 0;
	if (v->n_edits == LAB_MAPS)
		return err_set(e, "%d edits are pending already; Enter applies them", LAB_MAPS);
	v->edit[v->n_edits++] = x;
	return 0;
}

void
editor_apply(struct scene *s, struct text *line)
{
	char number[40];

	for (int i = 0; i < s->view.n_edits; i++) {
		const struct scene_edit *x = &s->view.edit[i];
		const struct lab_net *t = &s->info.teacher[x->teacher];

		text_addf(line, "%s %s:%s s:%s", i ? " and" : "map", t->name, t->layer[x->t_layer].name,
			  s->info.student.layer[x->s_layer].name);
		if (x->weight < 0)
			text_add(line, " off");
		else
			text_addf(line, " match hidden weight %s", text_number(number, sizeof number, x->weight));
	}
	s->view.n_edits = 0;
}

/* "5" for 0.5, ten tenths are 1; larger weights in full. */
static const char *
weight_text(double w, char *buf, size_t size)
{
	snprintf(buf, size, w < 0 ? "." : "%.3g", w);
	return buf;
}

static void
draw_cell(const struct scene *s, struct canvas_area a, int x, int y, int row, int column)
{
	const struct scene_view *v = &s->view;
	const struct scene_edit *edit = editor_pending(s, v->edit_teacher, row, column);
	double w = edit ? edit->weight : editor_weight(s, v->edit_teacher, row, column);
	char number[32], cell[48];
	bool here = row == v->edit_row && column == v->edit_column;

	snprintf(cell, sizeof cell, "%c%5s%c%c", here ? '[' : ' ',
		 column == 0 ? "x" : weight_text(w, number, sizeof number), edit ? '*' : ' ', here ? ']' : ' ');
	canvas_text(a, x, y, here ? CANVAS_REVERSE : edit ? CANVAS_PENDING : w >= 0 ? CANVAS_CURVE1 : CANVAS_DIM, cell);
}

static void
draw_matrix(const struct scene *s, struct canvas_area a)
{
	const struct scene_view *v = &s->view;
	const struct lab_net *t = &s->info.teacher[v->edit_teacher], *st = &s->info.student;
	int rows = a.height - 2, columns = (a.width - HEADING) / CELL;
	int top = layout_first(v->edit_row, rows, t->n_layers), left = layout_first(v->edit_column, columns, st->n_layers);

	canvas_text(a, 1, 0, CANVAS_DIM, scene_ascii(s) ? "teacher v   student >" : "teacher \u2193   student \u2192");
	for (int c = 0; c < columns && left + c < st->n_layers; c++) {
		const struct lab_layer *l = &st->layer[left + c];

		canvas_textf(a, HEADING + c * CELL, 0, CANVAS_BOLD, "%7.6s", l->name);
		canvas_textf(a, HEADING + c * CELL, 1, CANVAS_DIM, "%7zu", l->width);
	}
	for (int r = 0; r < rows && top + r < t->n_layers; r++) {
		const struct lab_layer *l = &t->layer[top + r];

		canvas_textf(a, 1, 2 + r, CANVAS_BOLD, "%.10s:%.8s", t->name, l->name);
		canvas_textf(a, HEADING - 7, 2 + r, CANVAS_DIM, "%5zu", l->width);
		for (int c = 0; c < columns && left + c < st->n_layers; c++)
			draw_cell(s, a, HEADING + c * CELL - 1, 2 + r, top + r, left + c);
	}
}

static double
last(const struct scene *s, unsigned metric)
{
	const struct series *x = s->series[LAB_MAIN][metric];
	uint32_t step;
	double value;

	return x && series_last(x, &step, &value) ? value : NAN;
}

/* What the pair under the cursor is, and what it does now. */
static void
draw_detail(const struct scene *s, struct canvas_area a)
{
	const struct scene_view *v = &s->view;
	const struct lab_net *t = &s->info.teacher[v->edit_teacher];
	const struct lab_layer *tl = &t->layer[v->edit_row], *sl = &s->info.student.layer[v->edit_column];
	char raw[32], weighted[32];
	int x;

	x = canvas_textf(a, 1, 0, CANVAS_BOLD, "%s:%s %s s:%s", t->name, tl->name, scene_ascii(s) ? "->" : "\u2192", sl->name);
	if (v->edit_column == 0) {
		canvas_text(a, x + 2, 0, CANVAS_WARN, "impossible: s:0 is the input, nothing in it can learn");
		return;
	}
	if (tl->width == sl->width)
		canvas_text(a, x + 2, 0, CANVAS_PLAIN, "MSE of hidden states of one width");
	else
		canvas_textf(a, x + 2, 0, CANVAS_PLAIN, "MSE, learned projection %zu %s %zu: %zu parameters",
			     sl->width, scene_ascii(s) ? "->" : "\u2192", tl->width, sl->width * tl->width);
	for (int i = 0; i < s->info.n_maps; i++) {
		const struct lab_map *m = &s->info.map[i];

		if (m->teacher != v->edit_teacher || m->t_layer != v->edit_row || m->s_layer != v->edit_column)
			continue;
		canvas_textf(a, 1, 1, CANVAS_PLAIN, "weight %g  value %s  weighted %s  share of the gradient %.0f%%", m->weight,
			     curve_number(last(s, metric_map(m->slot, METRIC_MAP_TRAIN)), raw, sizeof raw),
			     curve_number(last(s, metric_map(m->slot, METRIC_MAP_WEIGHTED)), weighted, sizeof weighted),
			     100 * (isfinite(last(s, metric_map(m->slot, METRIC_MAP_SHARE))) ?
					    last(s, metric_map(m->slot, METRIC_MAP_SHARE)) : 0));
	}
}

static void
draw_pending(const struct scene *s, struct canvas_area a)
{
	char number[32];
	int x = canvas_textf(a, 1, 0, s->view.n_edits ? CANVAS_PENDING : CANVAS_DIM, s->view.n_edits ? "pending:" : "nothing pending");

	for (int i = 0; i < s->view.n_edits; i++) {
		const struct scene_edit *e = &s->view.edit[i];

		x = canvas_textf(a, x + 2, 0, CANVAS_PENDING, "%s:%s s:%s %s", s->info.teacher[e->teacher].name,
				 s->info.teacher[e->teacher].layer[e->t_layer].name,
				 s->info.student.layer[e->s_layer].name,
				 e->weight < 0 ? "off" : weight_text(e->weight, number, sizeof number));
	}
}

void
editor_draw(const struct scene *s, struct canvas_area a)
{
	const struct lab_net *t = &s->info.teacher[s->view.edit_teacher];

	canvas_textf(a, 0, 0, CANVAS_FOCUS, "map  %s (%s)  to  student (%s)", t->name, t->spec, s->info.student.spec);
	if (s->info.n_teachers > 1)
		canvas_text(a, a.width - 20, 0, CANVAS_DIM, "t: the next teacher");
	draw_matrix(s, canvas_cut(a, 0, 2, a.width, a.height - 6));
	draw_detail(s, canvas_cut(a, 0, a.height - 3, a.width, 2));
	draw_pending(s, canvas_cut(a, 0, a.height - 1, a.width, 1));
}

void
editor_overview(const struct scene *s, struct canvas_area a, int teacher)
{
	const struct lab_net *t = &s->info.teacher[teacher];
	char number[32];

	for (int c = 1; c < s->info.student.n_layers; c++)
		canvas_textf(a, 2 + 7 * c, 0, CANVAS_DIM, "%6.6s", s->info.student.layer[c].name);
	for (int r = 0; r < t->n_layers && 1 + r < a.height; r++) {
		canvas_textf(a, 1, 1 + r, CANVAS_DIM, "%.6s", t->layer[r].name);
		for (int c = 1; c < s->info.student.n_layers; c++) {
			double w = editor_weight(s, teacher, r, c);

			canvas_textf(a, 2 + 7 * c, 1 + r, w < 0 ? CANVAS_DIM : CANVAS_CURVE1, "%6s",
				     weight_text(w, number, sizeof number));
		}
	}
}
