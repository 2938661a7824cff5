/* editor.c: the map editor: what is mapped, what is pending, the matrix of both. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/screen/editor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/screen/layout.h"
#include "retort/screen/curve.h"

#define CELL 9     /* columns of a cell */
#define HEADING 20 /* columns of a teacher's layer and its width ... */
#define NARROW 15  /* ... where columns are rare */

bool
editor_is_open(const struct scene *s)
{
	return s->view.editing && s->info.has_student && s->view.edit_teacher < s->info.n_teachers;
}

const struct lab_map *
editor_mapped(const struct scene *s, int teacher, int t_layer, int s_layer)
{
	for (int i = 0; i < s->info.n_maps; i++) {
		const struct lab_map *m = &s->info.map[i];

		if (m->teacher == teacher && m->t_layer == t_layer && m->s_layer == s_layer && m->on == MODEL_HIDDEN)
			return m;
	}
	return NULL;
}

/* A pair of attention maps or values, which the prompt maps and the matrix only shows. */
static const struct lab_map *
other_map(const struct scene *s, int teacher, int t_layer, int s_layer)
{
	for (int i = 0; i < s->info.n_maps; i++) {
		const struct lab_map *m = &s->info.map[i];

		if (m->teacher == teacher && m->t_layer == t_layer && m->s_layer == s_layer && m->on != MODEL_HIDDEN)
			return m;
	}
	return NULL;
}

/* The student's layer has something that can learn: tokens have their embedding at 0. */
static bool
learns(const struct scene *s, int layer)
{
	return s->info.student.layer[layer].learns;
}

double
editor_weight(const struct scene *s, int teacher, int t_layer, int s_layer)
{
	const struct lab_map *m = editor_mapped(s, teacher, t_layer, s_layer);

	return m ? m->weight : -1;
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
	double now = editor_weight(s, x.teacher, x.t_layer, x.s_layer);

	if (!learns(s, x.s_layer))
		return err_set(e, "s:%s is the input: nothing in it can learn", s->info.student.layer[x.s_layer].name);
	if (old)
		forget(v, (int)(old - v->edit));
	if (weight == now || (weight < 0 && now < 0))
		return 0;
	if (v->n_edits == LAB_MAPS)
		return err_set(e, "map: %d edits are pending already; Enter applies them", LAB_MAPS);
	v->edit[v->n_edits++] = x;
	return 0;
}

/* The lab may have changed since: a seed or a new student takes layers away. */
static bool
still_there(const struct scene *s, const struct scene_edit *x)
{
	return s->info.has_student && x->teacher < s->info.n_teachers &&
	       x->t_layer < s->info.teacher[x->teacher].n_layers && x->s_layer < s->info.student.n_layers;
}

/* A pair that is mapped keeps how it is compared. */
static const char *
match_of(const struct scene *s, const struct scene_edit *x)
{
	const struct lab_map *m = editor_mapped(s, x->teacher, x->t_layer, x->s_layer);

	return m ? m->match->name : loss_hidden.name;
}

void
editor_apply(struct scene *s, struct text *line)
{
	char number[40];
	int n = 0;

	for (int i = 0; i < s->view.n_edits; i++) {
		const struct scene_edit *x = &s->view.edit[i];
		const struct lab_net *t = &s->info.teacher[x->teacher];

		if (!still_there(s, x))
			continue;
		text_addf(line, "%s %s:%s s:%s", n++ ? " and" : "map", t->name, t->layer[x->t_layer].name,
			  s->info.student.layer[x->s_layer].name);
		if (x->weight < 0)
			text_add(line, " off");
		else
			text_addf(line, " match %s weight %s", match_of(s, x), text_number(number, sizeof number, x->weight));
	}
	s->view.n_edits = 0;
}

/* ".5" would save a column and cost a look: 0.5; a blank sign where nothing is mapped. */
static const char *
weight_text(const struct scene *s, double w, char *buf, size_t size)
{
	if (w < 0)
		snprintf(buf, size, "%s", scene_ascii(s) ? "." : "\u00B7");
	else
		snprintf(buf, size, "%.3g", w);
	return buf;
}

/* "10a": the weight of attention maps, "10v" of values. */
static const char *
other_text(const struct lab_map *m, char *buf, size_t size)
{
	snprintf(buf, size, "%.3g%c", m->weight, model_tap_name[m->on][0]);
	return buf;
}

/* Text that ends before column x: its width is not its length. */
static void
right_text(struct canvas_area a, int x, int y, enum canvas_look look, const char *text)
{
	canvas_text(a, x - text_width(text), y, look, text);
}

/* [ 0.5▄*]: cursor, weight, its height as a bar, pending. */
static void
draw_cell(const struct scene *s, struct canvas_area a, int x, int y, int row, int column)
{
	const struct scene_view *v = &s->view;
	const struct scene_edit *edit = editor_pending(s, v->edit_teacher, row, column);
	double w = edit ? edit->weight : editor_weight(s, v->edit_teacher, row, column);
	bool here = row == v->edit_row && column == v->edit_column;
	enum canvas_look look = edit ? CANVAS_PENDING : w >= 0 ? CANVAS_CURVE1 : CANVAS_DIM;
	char number[32];

	weight_text(s, w, number, sizeof number);
	if (w < 0 && other_map(s, v->edit_teacher, row, column))
		other_text(other_map(s, v->edit_teacher, row, column), number, sizeof number);
	right_text(a, x + 6, y, look, learns(s, column) ? number : "x");
	if (w > 0 && !scene_ascii(s))
		canvas_put(a, x + 6, y, 0x2581 + (uint32_t)(w >= 1 ? 7 : w * 7.99), look);
	if (edit)
		canvas_put(a, x + 7, y, '*', look);
	if (!here)
		return;
	canvas_put(a, x, y, '[', CANVAS_BOLD);
	canvas_put(a, x + 8, y, ']', CANVAS_BOLD);
	canvas_paint(a, x + 1, y, 7, CANVAS_REVERSE);
}

static void
draw_matrix(const struct scene *s, struct canvas_area a)
{
	const struct scene_view *v = &s->view;
	const struct lab_net *t = &s->info.teacher[v->edit_teacher], *st = &s->info.student;
	int rows = a.height - 2, heading = a.width < 60 ? NARROW : HEADING, columns = (a.width - heading) / CELL;
	int top = layout_first(v->edit_row, rows, t->n_layers), left = layout_first(v->edit_column, columns, st->n_layers);
	char width[32];

	canvas_text(a, 1, 0, CANVAS_DIM, scene_ascii(s) ? "student >" : "student \u2192");
	canvas_text(a, 1, 1, CANVAS_DIM, scene_ascii(s) ? "teacher v" : "teacher \u2193");
	for (int c = 0; c < columns && left + c < st->n_layers; c++) {
		const struct lab_layer *l = &st->layer[left + c];

		snprintf(width, sizeof width, "%zu", l->last);
		right_text(a, heading + c * CELL + 6, 0, left + c == v->edit_column ? CANVAS_FOCUS : CANVAS_BOLD, l->name);
		right_text(a, heading + c * CELL + 6, 1, CANVAS_DIM, width);
	}
	for (int r = 0; r < rows && top + r < t->n_layers; r++) {
		const struct lab_layer *l = &t->layer[top + r];

		canvas_text(a, 1, 2 + r, top + r == v->edit_row ? CANVAS_FOCUS : CANVAS_BOLD, l->name);
		snprintf(width, sizeof width, "%zu", l->last);
		right_text(a, heading - 2, 2 + r, CANVAS_DIM, width);
		for (int c = 0; c < columns && left + c < st->n_layers; c++)
			draw_cell(s, a, heading + c * CELL, 2 + r, top + r, left + c);
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

/* What the mapped pair does now. */
static void
draw_values(const struct scene *s, struct canvas_area a, int y, const struct lab_map *m)
{
	char raw[32], weighted[32];
	double share = last(s, metric_map(m->slot, METRIC_MAP_SHARE));
	int x = canvas_textf(a, 1, y, CANVAS_PLAIN, "loss %s   times weight %s",
			     curve_number(last(s, metric_map(m->slot, METRIC_MAP_TRAIN)), raw, sizeof raw),
			     curve_number(last(s, metric_map(m->slot, METRIC_MAP_WEIGHTED)), weighted, sizeof weighted));

	if (isfinite(share))
		canvas_textf(a, x, y, CANVAS_PLAIN, "   %.1f%% of the gradient", 100 * share);
}

/* The pair under the cursor: what it is, through what it learns, what it does now. */
static void
draw_detail(const struct scene *s, struct canvas_area a)
{
	const struct scene_view *v = &s->view;
	const struct lab_net *t = &s->info.teacher[v->edit_teacher];
	const struct lab_layer *tl = &t->layer[v->edit_row], *sl = &s->info.student.layer[v->edit_column];
	const struct lab_map *m = editor_mapped(s, v->edit_teacher, v->edit_row, v->edit_column);
	const struct scene_edit *edit = editor_pending(s, v->edit_teacher, v->edit_row, v->edit_column);
	const struct lab_map *other = other_map(s, v->edit_teacher, v->edit_row, v->edit_column);
	const char *arrow = scene_ascii(s) ? "->" : "\u2192";
	char now[32], then[32];
	int x = canvas_textf(a, 1, 0, CANVAS_BOLD, "%s:%s %s s:%s", t->name, tl->name, arrow, sl->name) + 3;

	if (!learns(s, v->edit_column)) {
		canvas_text(a, x, 0, CANVAS_WARN, "x: s:0 is the input, nothing in it can learn");
		return;
	}
	x = canvas_text(a, x, 0, m ? CANVAS_PLAIN : CANVAS_DIM, m ? "weight " : "not mapped");
	x = m ? canvas_text(a, x, 0, CANVAS_PLAIN, weight_text(s, m->weight, now, sizeof now)) : x;
	if (edit)
		canvas_textf(a, x, 0, CANVAS_PENDING, " %s %s", arrow,
			     edit->weight < 0 ? "off" : weight_text(s, edit->weight, then, sizeof then));
	if (other)
		canvas_textf(a, x, 0, CANVAS_DIM, "   on %s weight %.3g", model_tap_name[other->on], other->weight);
	if (m && m->match != &loss_hidden)
		canvas_text(a, 1, 1, CANVAS_PLAIN, m->match->doc);
	else if (tl->width / tl->last != sl->width / sl->last)
		canvas_textf(a, 1, 1, CANVAS_WARN, "%zu positions against %zu: they cannot be compared", tl->width / tl->last,
			     sl->width / sl->last);
	else if (tl->last == sl->last)
		canvas_textf(a, 1, 1, CANVAS_PLAIN, "mean squared error of hidden states, both %zu wide", tl->last);
	else
		canvas_textf(a, 1, 1, CANVAS_PLAIN, "mean squared error through a learned projection %zu %s %zu (%zu parameters)",
			     sl->last, arrow, tl->last, (sl->last + 1) * tl->last);
	if (m)
		draw_values(s, a, 2, m);
}

static void
draw_pending(const struct scene *s, struct canvas_area a)
{
	char now[32], then[32], text[160];
	int x = canvas_textf(a, 1, 0, s->view.n_edits ? CANVAS_PENDING : CANVAS_DIM,
			     s->view.n_edits ? "%d pending:" : "nothing pending", s->view.n_edits);

	for (int i = 0; i < s->view.n_edits; i++) {
		const struct scene_edit *e = &s->view.edit[i];
		double w = editor_weight(s, e->teacher, e->t_layer, e->s_layer);

		if (!still_there(s, e))
			continue;
		snprintf(text, sizeof text, "%s:%s s:%s %s%s%s", s->info.teacher[e->teacher].name,
			 s->info.teacher[e->teacher].layer[e->t_layer].name, s->info.student.layer[e->s_layer].name,
			 w < 0 ? "" : weight_text(s, w, now, sizeof now),
			 w < 0 ? "" : scene_ascii(s) ? "->" : "\u2192",
			 e->weight < 0 ? "off" : weight_text(s, e->weight, then, sizeof then));
		if (i > 0 && x + 2 + text_width(text) > a.width - (i + 1 < s->view.n_edits ? 5 : 0)) {
			canvas_textf(a, x + 2, 0, CANVAS_PENDING, "+%d", s->view.n_edits - i);
			return;
		}
		x = canvas_text(a, x + 2, 0, CANVAS_PENDING, text);
	}
}

/* A title, the matrix, and below it as much about the pair and the pending edits as there are rows for. */
void
editor_draw(const struct scene *s, struct canvas_area a)
{
	const struct lab_net *t = &s->info.teacher[s->view.edit_teacher], *st = &s->info.student;
	int pending = a.height >= 6, detail = a.height >= 12 ? 3 : a.height >= 7 ? 1 : 0, gap = a.height >= 15;
	int rows = a.height - 1 - 2 * gap - detail - pending, need = t->n_layers + 2, y;
	int x = canvas_text(a, 0, 0, CANVAS_FOCUS, "map");
	char note[32];

	x = canvas_textf(a, x + 2, 0, CANVAS_BOLD, "%s", t->name);
	x = canvas_textf(a, x + 1, 0, CANVAS_DIM, "%s teaches", t->spec);
	x = canvas_text(a, x + 1, 0, CANVAS_BOLD, "s");
	x = canvas_textf(a, x + 1, 0, CANVAS_DIM, "%s", st->spec);
	snprintf(note, sizeof note, "teacher %d of %d", s->view.edit_teacher + 1, s->info.n_teachers);
	if (s->info.n_teachers > 1 && x + 2 + text_width(note) < a.width)
		right_text(a, a.width - 1, 0, CANVAS_DIM, note);
	draw_matrix(s, canvas_cut(a, 0, 1 + gap, a.width, rows));
	y = 1 + gap + (need < rows ? need : rows);
	if (y + 1 < a.height - detail - pending - gap)
		canvas_text(a, 1, y + 1, CANVAS_DIM, scene_ascii(s) ? "number: weight   . not mapped   x cannot learn   * pending" :
			    "number and bar: weight   \u00B7 not mapped   x cannot learn   * pending");
	draw_detail(s, canvas_cut(a, 0, a.height - pending - detail, a.width, detail));
	draw_pending(s, canvas_cut(a, 0, a.height - pending, a.width, pending));
}

/* What does not fit as a matrix is a list of what is mapped. */
static void
draw_list(const struct scene *s, struct canvas_area a)
{
	char number[32];

	for (int i = 0; i < s->info.n_maps && i < a.height; i++) {
		const struct lab_map *m = &s->info.map[i];
		const struct lab_net *t = &s->info.teacher[m->teacher];

		canvas_textf(a, 1, i, CANVAS_PLAIN, "%.10s:%s %s s:%s%s%s", t->name, t->layer[m->t_layer].name,
			     scene_ascii(s) ? "->" : "\u2192", s->info.student.layer[m->s_layer].name,
			     m->on == MODEL_HIDDEN ? "" : " ", m->on == MODEL_HIDDEN ? "" : model_tap_name[m->on]);
		right_text(a, a.width, i, CANVAS_CURVE1, weight_text(s, m->weight, number, sizeof number));
	}
	if (s->info.n_maps > a.height && a.height > 0)
		canvas_textf(a, 1, a.height - 1, CANVAS_DIM, "and %d more", s->info.n_maps - a.height + 1);
	if (s->info.n_maps == 0)
		canvas_text(a, 1, 0, CANVAS_DIM, "no layers are mapped");
}

void
editor_overview(const struct scene *s, struct canvas_area a, int teacher)
{
	const struct lab_net *t = &s->info.teacher[teacher], *st = &s->info.student;
	int first = st->n_layers > 0 && learns(s, 0) ? 0 : 1; /* an input that learns nothing is left out */
	int columns = st->n_layers - first, cell = columns > 0 ? (a.width - 8) / columns : 0;
	char number[32];

	cell = cell > 7 ? 7 : cell;
	if (cell < 4 || t->n_layers + 1 > a.height) {
		draw_list(s, a);
		return;
	}
	for (int c = 0; c < columns; c++)
		right_text(canvas_cut(a, 9 + cell * c, 0, cell - 1, 1), cell - 1, 0, CANVAS_DIM, st->layer[first + c].name);
	for (int r = 0; r < t->n_layers; r++) {
		canvas_textf(a, 1, 1 + r, CANVAS_DIM, "%.6s", t->layer[r].name);
		for (int c = 0; c < columns; c++) {
			double w = editor_weight(s, teacher, r, first + c);
			const struct lab_map *other = w < 0 ? other_map(s, teacher, r, first + c) : NULL;

			right_text(a, 8 + cell * (1 + c), 1 + r, w < 0 && !other ? CANVAS_DIM : CANVAS_CURVE1,
				   other ? other_text(other, number, sizeof number) : weight_text(s, w, number, sizeof number));
		}
	}
}
