/* matrix.c: the layer map, drawn large with all about the pair under the cursor, or small. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/matrix.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/ui/curve.h"
#include "retort/ui/editor.h"
#include "retort/ui/layout.h"

#define CELL 9     /* columns of a cell ... */
#define CKA 5      /* ... and more where the CKA of its layers is known ... */
#define WIDTH 8    /* ... of which the heading takes so many */
#define HEADING 20 /* columns of a teacher's layer and its width ... */
#define NARROW 15  /* ... where columns are rare */

static const char *
arrow(const struct scene *s)
{
	return scene_ascii(s) ? "->" : "\u2192";
}

static const char *
times(const struct scene *s)
{
	return scene_ascii(s) ? "x" : "\u00D7";
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

/* Text that ends before column x: its width is not its length. */
static void
right_text(struct canvas_area a, int x, int y, enum canvas_look look, const char *text)
{
	canvas_text(a, x - text_width(text), y, look, text);
}

/* The next pair after `m`, or the first, of the same layers as x, on something else. */
static const struct lab_map *
other_map(const struct scene *s, const struct scene_edit *x, const struct lab_map *m)
{
	for (m = m ? m + 1 : s->info.map; m < s->info.map + s->info.n_maps; m++)
		if (m->teacher == x->teacher && m->t_layer == x->t_layer &&
		    m->s_layer == x->s_layer && m->on != x->on)
			return m;
	return NULL;
}

/* "10a": a weight on attention, "10v" on values, in `room` columns if it can be; hidden states need
 * no letter. */
static const char *
tap_text(const struct lab_map *m, const char *more, int room, char *buf, size_t size)
{
	char *zeros;

	for (int digits = 3; digits > 0; digits--) {
		snprintf(buf, size, "%.*g%.*s%s", digits, m->weight, m->on != MODEL_HIDDEN,
			 model_tap_name[m->on], more);
		if ((zeros = strstr(buf, "e+0"))) /* 1e+05 as 1e5 */
			memmove(zeros + 1, zeros + 3, strlen(zeros + 3) + 1);
		if ((int)strlen(buf) <= room)
			break;
	}
	return buf;
}

static int
cell_width(const struct scene *s)
{
	return CELL + (isnan(editor_cka(s, &(struct scene_edit){ .teacher = s->view.edit_teacher,
								 .on = s->view.edit_on }))
			       ? 0
			       : CKA);
}

/* .87▓: of the layers, whether they can be mapped or not. */
static void
draw_cka(const struct scene *s, struct canvas_area a, int x, int y, double cka)
{
	static const uint32_t shade[] = { ' ', 0x2591, 0x2592, 0x2593, 0x2588 };
	int level = cka >= 1 ? 4 : (int)(cka * 5);
	char number[16];

	snprintf(number, sizeof number, "%.2f", cka);
	right_text(a, x + 3, y, CANVAS_DIM, cka < 0.995 ? number + 1 : "1.0"); /* without its 0 */
	canvas_put(a, x + 3, y, scene_ascii(s) ? (uint32_t) " .:+#"[level] : shade[level],
		   CANVAS_PLAIN);
}

/* [ 0.5▄* .87▓]: cursor, weight, its height as a bar, pending. Dim, with its letter: another pair
 * of the same layers. */
static void
draw_cell(const struct scene *s, struct canvas_area a, int x, int y, int row, int column)
{
	struct scene_edit cell = editor_cell(s, row, column);
	const struct scene_edit *edit = editor_pending(s, &cell);
	const struct lab_map *other = other_map(s, &cell, NULL);
	enum canvas_look look = edit               ? CANVAS_PENDING
				: cell.weight >= 0 ? CANVAS_CURVE1
						   : CANVAS_DIM;
	int width = cell_width(s);
	char number[32];
	struct lab_map m;

	weight_text(s, cell.weight, number, sizeof number);
	if (editor_fit(s, &cell, &m, NULL) < 0)
		snprintf(number, sizeof number, "x");
	else if (cell.weight < 0 && !edit && other)
		snprintf(number, sizeof number, "%.3g%c", other->weight,
			 model_tap_name[other->on][0]);
	right_text(a, x + 6, y, look, number);
	if (cell.weight > 0 && !scene_ascii(s))
		canvas_put(a, x + 6, y,
			   0x2581 + (uint32_t)(cell.weight >= 1 ? 7 : cell.weight * 7.99), look);
	if (edit)
		canvas_put(a, x + 7, y, '*', look);
	if (width > CELL)
		draw_cka(s, a, x + 9, y, editor_cka(s, &cell));
	if (row != s->view.edit_row || column != s->view.edit_column)
		return;
	canvas_put(a, x, y, '[', CANVAS_BOLD);
	canvas_put(a, x + width - 1, y, ']', CANVAS_BOLD);
	canvas_paint(a, x + 1, y, width - 2, CANVAS_REVERSE);
}

/* "32×64": numbers of a position, and positions where there are more than one and there is room; of
 * attention, its heads. */
static const char *
layer_text(const struct scene *s, const struct lab_layer *l, int room, char *buf, size_t size)
{
	size_t width = lab_layer_width(l, s->view.edit_on),
	       positions = l->last ? l->width / l->last : 1;

	if (!width)
		snprintf(buf, size, "-");
	else if (1u << s->view.edit_on & MODEL_SQUARES)
		snprintf(buf, size, "%zu head%s", width, width == 1 ? "" : "s");
	else if (positions > 1)
		snprintf(buf, size, "%zu%s%zu", width, times(s), positions);
	else
		snprintf(buf, size, "%zu", width);
	if (text_width(buf) > room)
		snprintf(buf, size, "%zu", width);
	return buf;
}

static void
draw_matrix(const struct scene *s, struct canvas_area a)
{
	const struct scene_view *v = &s->view;
	const struct lab_net *t = &s->info.teacher[v->edit_teacher], *st = &s->info.student;
	int rows = a.height - 2, heading = a.width < 60 ? NARROW : HEADING, cell = cell_width(s);
	int columns = (a.width - heading) / cell;
	int top = layout_first(v->edit_row, rows, t->n_layers),
	    left = layout_first(v->edit_column, columns, st->n_layers);
	char width[48];

	canvas_text(a, 1, 0, CANVAS_DIM, scene_ascii(s) ? "student >" : "student \u2192");
	canvas_text(a, 1, 1, CANVAS_DIM, scene_ascii(s) ? "teacher v" : "teacher \u2193");
	for (int c = 0; c < columns && left + c < st->n_layers; c++) {
		const struct lab_layer *l = &st->layer[left + c];

		right_text(a, heading + c * cell + 6, 0,
			   left + c == v->edit_column ? CANVAS_FOCUS : CANVAS_BOLD, l->name);
		right_text(a, heading + c * cell + 6, 1, CANVAS_DIM,
			   layer_text(s, l, WIDTH, width, sizeof width));
	}
	for (int r = 0; r < rows && top + r < t->n_layers; r++) {
		const struct lab_layer *l = &t->layer[top + r];

		canvas_text(a, 1, 2 + r, top + r == v->edit_row ? CANVAS_FOCUS : CANVAS_BOLD,
			    l->name);
		right_text(
			a, heading - 2, 2 + r, CANVAS_DIM,
			layer_text(s, l, heading - 4 - text_width(l->name), width, sizeof width));
		for (int c = 0; c < columns && left + c < st->n_layers; c++)
			draw_cell(s, a, heading + c * cell, 2 + r, top + r, left + c);
	}
}

/* Below the matrix: its signs; a letter only where a pair on something else is on the map. */
static void
draw_legend(const struct scene *s, struct canvas_area a)
{
	int x = canvas_text(
		a, 1, 0, CANVAS_DIM,
		scene_ascii(s)
			? "number: weight   . not mapped   x impossible   * pending"
			: "number and bar: weight   \u00B7 not mapped   x impossible   * pending");

	if (cell_width(s) > CELL)
		x = canvas_text(a, x + 3, 0, CANVAS_DIM, ".87 cka");
	for (int on = 0; on < MODEL_TAPS; on++)
		for (int i = 0; i < s->info.n_maps && on != (int)s->view.edit_on; i++)
			if (s->info.map[i].teacher == s->view.edit_teacher &&
			    (int)s->info.map[i].on == on) {
				x = canvas_textf(a, x + 3, 0, CANVAS_DIM, "%c %s",
						 model_tap_name[on][0], model_tap_name[on]);
				break;
			}
}

static double
last(const struct scene *s, unsigned metric)
{
	const struct series *x = s->series[LAB_STUDENT][metric];
	uint32_t step;
	double value;

	return x && series_last(x, &step, &value) ? value : NAN;
}

/* What the mapped pair does now. */
static void
draw_values(const struct scene *s, struct canvas_area a, int y, const struct lab_map *m)
{
	char raw[32], weighted[32];
	double share = last(s, metric_map(m->slot, METRIC_SHARE));
	int x = canvas_textf(
		a, 1, y, CANVAS_PLAIN, "loss %s   times weight %s",
		curve_number(last(s, metric_map(m->slot, METRIC_TRAIN)), raw, sizeof raw),
		curve_number(last(s, metric_map(m->slot, METRIC_WEIGHTED)), weighted,
			     sizeof weighted));

	if (isfinite(share))
		canvas_textf(a, x, y, CANVAS_PLAIN, "   %.1f%% of the gradient", 100 * share);
}

/* How a pair is compared, and through what. */
static void
draw_how(const struct scene *s, struct canvas_area a, int y, const struct lab_map *m)
{
	const struct lab_layer *t = &s->info.teacher[m->teacher].layer[m->t_layer];
	size_t width = lab_layer_width(&s->info.student.layer[m->s_layer], m->on);
	size_t places = t->width / t->last, side = (size_t)lround(sqrt((double)places));
	static const char *const many[MODEL_TAPS] = { "hidden states", "maps", "values",
						      "queries",       "keys", "scores" };
	const char *what = many[m->on];

	if (m->match->needs & LOSS_MAP && side * side == places)
		canvas_textf(a, 1, y, CANVAS_PLAIN,
			     "attention transfer between maps of %zu %s %zu places", side, times(s),
			     side);
	else if (m->match->needs & LOSS_MAP)
		canvas_textf(a, 1, y, CANVAS_PLAIN, "attention transfer between maps of %zu places",
			     places);
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
			     m->on ? ", learned" : " learned", width, arrow(s), m->t_width,
			     (width + 1) * m->t_width);
}

/* The pair under the cursor: what it is, through what it learns, what it does now. */
static void
draw_detail(const struct scene *s, struct canvas_area a)
{
	struct scene_edit cell = editor_cell(s, s->view.edit_row, s->view.edit_column);
	const struct lab_net *t = &s->info.teacher[cell.teacher];
	const struct lab_map *mapped = editor_mapped(s, &cell), *other = NULL;
	char now[32], then[32];
	struct lab_map m;
	struct err e;
	int fits = editor_fit(s, &cell, &m, &e), x;

	if (t->is_file)
		snprintf(e.msg, sizeof e.msg,
			 "%s is a file of outputs: it has no layers to be looked at", t->name);
	if (fits < 0)
		canvas_text(a, 1, a.height > 1, CANVAS_WARN,
			    e.msg); /* which names the pair where there is one row */
	if (!editor_has_layers(s, &cell) || (fits < 0 && a.height < 2))
		return;
	x = canvas_textf(a, 1, 0, CANVAS_BOLD, "%s:%s %s s:%s", t->name,
			 t->layer[cell.t_layer].name, arrow(s),
			 s->info.student.layer[cell.s_layer].name);
	if (cell.on != MODEL_HIDDEN)
		x = canvas_textf(a, x + 1, 0, CANVAS_BOLD, "on %s", model_tap_name[cell.on]);
	x = canvas_text(a, x + 3, 0, mapped ? CANVAS_PLAIN : CANVAS_DIM,
			fits < 0 ? "impossible"
			: mapped ? "weight "
				 : "not mapped");
	x = mapped ? canvas_text(a, x, 0, CANVAS_PLAIN,
				 weight_text(s, mapped->weight, now, sizeof now))
		   : x;
	if (editor_pending(s, &cell))
		x = canvas_textf(a, x, 0, CANVAS_PENDING, " %s %s", arrow(s),
				 cell.weight < 0 ? "off"
						 : weight_text(s, cell.weight, then, sizeof then));
	if (fits == 0 && m.through)
		x = canvas_textf(a, x, 0, CANVAS_PLAIN, "   through %s",
				 lab_through_name[m.through]);
	if (!isnan(editor_cka(s, &cell)))
		x = canvas_textf(a, x, 0, CANVAS_DIM, "   cka %.3f at step %llu",
				 editor_cka(s, &cell), (unsigned long long)s->cka.step);
	while ((other = other_map(s, &cell, other)))
		x = canvas_textf(a, x, 0, CANVAS_DIM, "   on %s weight %.3g",
				 model_tap_name[other->on], other->weight);
	if (fits == 0)
		draw_how(s, a, 1, &m);
	if (mapped)
		draw_values(s, a, 2, mapped);
}

/* What stands behind a pair's layers where it is not of hidden states: " att". */
static const char *
tap_word(enum model_tap on, char *buf, size_t size)
{
	snprintf(buf, size, "%s%.3s", on == MODEL_HIDDEN ? "" : " ",
		 on == MODEL_HIDDEN ? "" : model_tap_name[on]);
	return buf;
}

/* What else than its weight is to change: " at", " through shared". */
static void
say_how(const struct scene *s, const struct scene_edit *e, char *text, size_t size)
{
	const struct lab_map *m = editor_mapped(s, e);
	size_t len = strlen(text);

	if (e->weight < 0 || !e->match)
		return;
	if (e->match != (m ? m->match : &loss_hidden))
		snprintf(text + len, size - len, " %s", e->match->name);
	len = strlen(text);
	if (e->through != (m ? m->through : LAB_AS_NEEDED))
		snprintf(text + len, size - len, " through %s",
			 e->through ? lab_through_name[e->through] : "as needed");
}

static void
draw_pending(const struct scene *s, struct canvas_area a)
{
	char now[32], then[32], tap[8], text[160];
	int x = canvas_textf(a, 1, 0, s->view.n_edits ? CANVAS_PENDING : CANVAS_DIM,
			     s->view.n_edits ? "%d pending:" : "nothing pending", s->view.n_edits);

	for (int i = 0; i < s->view.n_edits; i++) {
		const struct scene_edit *e = &s->view.edit[i];
		double w = editor_weight(s, e);

		if (!editor_has_layers(s, e))
			continue;
		snprintf(text, sizeof text, "%s:%s s:%s%s %s%s%s", s->info.teacher[e->teacher].name,
			 s->info.teacher[e->teacher].layer[e->t_layer].name,
			 s->info.student.layer[e->s_layer].name, tap_word(e->on, tap, sizeof tap),
			 w < 0 ? "" : weight_text(s, w, now, sizeof now), w < 0 ? "" : arrow(s),
			 e->weight < 0 ? "off" : weight_text(s, e->weight, then, sizeof then));
		say_how(s, e, text, sizeof text);
		if (i > 0 &&
		    x + 2 + text_width(text) > a.width - (i + 1 < s->view.n_edits ? 5 : 0)) {
			canvas_textf(a, x + 2, 0, CANVAS_PENDING, "+%d", s->view.n_edits - i);
			return;
		}
		x = canvas_text(a, x + 2, 0, CANVAS_PENDING, text);
	}
}

/* Who teaches whom, and what of layers the matrix is about. */
static void
draw_title(const struct scene *s, struct canvas_area a)
{
	const struct lab_net *t = &s->info.teacher[s->view.edit_teacher], *st = &s->info.student;
	int x = canvas_text(a, 0, 0, CANVAS_FOCUS, "map"),
	    words = text_width(" on   teaches s ") + 3;
	const char *on = model_tap_name[s->view.edit_on];
	char note[32];

	words += text_width(on) + text_width(t->name) + 1 + text_width(t->spec) +
		 text_width(st->spec);
	x = canvas_textf(a, x, 0, CANVAS_BOLD, " on %s", on);
	x = canvas_textf(a, x + 2, 0, CANVAS_BOLD, "%s", t->name);
	x = canvas_textf(a, x + 1, 0, CANVAS_DIM, "%s %s", t->spec,
			 words <= a.width ? "teaches" : arrow(s));
	x = canvas_text(a, x + 1, 0, CANVAS_BOLD, "s");
	x = canvas_textf(a, x + 1, 0, CANVAS_DIM, "%s", st->spec);
	snprintf(note, sizeof note, "teacher %d of %d", s->view.edit_teacher + 1,
		 s->info.n_teachers);
	if (s->info.n_teachers > 1 && x + 2 + text_width(note) < a.width)
		right_text(a, a.width - 1, 0, CANVAS_DIM, note);
}

/* A title, the matrix, and below it as much about the pair and the pending edits as there are rows
 * for. */
void
matrix_draw(const struct scene *s, struct canvas_area a)
{
	int pending = a.height >= 6,
	    detail = a.height >= 12  ? 3
		     : a.height >= 7 ? 1
				     : 0,
	    gap = a.height >= 15;
	int rows = a.height - 1 - 2 * gap - detail - pending,
	    need = s->info.teacher[s->view.edit_teacher].n_layers + 2, y;

	draw_title(s, a);
	draw_matrix(s, canvas_cut(a, 0, 1 + gap, a.width, rows));
	y = 1 + gap + (need < rows ? need : rows);
	if (y + 1 < a.height - detail - pending - gap)
		draw_legend(s, canvas_cut(a, 0, y + 1, a.width, 1));
	draw_detail(s, canvas_cut(a, 0, a.height - pending - detail, a.width, detail));
	draw_pending(s, canvas_cut(a, 0, a.height - pending, a.width, pending));
}

/* "big:3.attention → s:1.attention", or in less room "big:3 → s:1 att". */
static void
draw_pair(const struct scene *s, struct canvas_area a, const struct lab_map *m)
{
	const struct lab_net *t = &s->info.teacher[m->teacher];
	const char *dot = m->on == MODEL_HIDDEN ? "" : ".",
		   *on = m->on == MODEL_HIDDEN ? "" : model_tap_name[m->on];
	const char *tl = t->layer[m->t_layer].name, *sl = s->info.student.layer[m->s_layer].name;
	char text[120], tap[8], number[32];
	int room = a.width - 2 - text_width(weight_text(s, m->weight, number, sizeof number));

	snprintf(text, sizeof text, "%.10s:%s%s%s %s s:%s%s%s", t->name, tl, dot, on, arrow(s), sl,
		 dot, on);
	if (text_width(text) > room)
		snprintf(text, sizeof text, "%.10s:%s %s s:%s%s", t->name, tl, arrow(s), sl,
			 tap_word(m->on, tap, sizeof tap));
	canvas_text(canvas_cut(a, 1, 0, room, 1), 0, 0, CANVAS_PLAIN, text);
	right_text(a, a.width, 0, CANVAS_CURVE1, number);
}

/* What does not fit as a matrix is a list of what is mapped. */
static void
draw_list(const struct scene *s, struct canvas_area a)
{
	bool all = s->info.n_maps <= a.height;

	for (int i = 0; i < s->info.n_maps && i < a.height - !all; i++)
		draw_pair(s, canvas_cut(a, 0, i, a.width, 1), &s->info.map[i]);
	if (!all && a.height > 0)
		canvas_textf(a, 1, a.height - 1, CANVAS_DIM, "and %d more",
			     s->info.n_maps - a.height + 1);
	if (s->info.n_maps == 0)
		canvas_text(a, 1, 0, CANVAS_DIM, "no layers are mapped");
}

/* A pair of layers, on whatever it is; hidden states come first. */
static void
draw_small(const struct scene *s, struct canvas_area a, const struct scene_edit *x)
{
	const struct lab_map *m = editor_mapped(s, x), *more = other_map(s, x, NULL);
	char number[32];
	const char *text;

	if (!m && more) {
		m = more;
		more = other_map(s, x, more);
	}
	text = m ? tap_text(m, more ? "+" : "", a.width, number, sizeof number)
		 : weight_text(s, -1, number, sizeof number);
	right_text(a, text_width(text) > a.width ? text_width(text) : a.width, 0,
		   m ? CANVAS_CURVE1 : CANVAS_DIM, text);
}

void
matrix_overview(const struct scene *s, struct canvas_area a, int teacher)
{
	const struct lab_net *t = &s->info.teacher[teacher], *st = &s->info.student;
	int first = st->n_layers > 0 && st->layer[0].learns
			    ? 0
			    : 1; /* an input that learns nothing is left out */
	int columns = st->n_layers - first, cell = columns > 0 ? (a.width - 8) / columns : 0;

	cell = cell > 7 ? 7 : cell;
	if (cell < 4 || t->n_layers + 1 > a.height) {
		draw_list(s, a);
		return;
	}
	for (int c = 0; c < columns; c++)
		right_text(canvas_cut(a, 9 + cell * c, 0, cell - 1, 1), cell - 1, 0, CANVAS_DIM,
			   st->layer[first + c].name);
	for (int r = 0; r < t->n_layers; r++) {
		canvas_textf(a, 1, 1 + r, CANVAS_DIM, "%.6s", t->layer[r].name);
		for (int c = 0; c < columns; c++)
			draw_small(s, canvas_cut(a, 9 + cell * c, 1 + r, cell - 1, 1),
				   &(struct scene_edit){ teacher, r, first + c, MODEL_HIDDEN, 0,
							 NULL, LAB_AS_NEEDED });
	}
}
