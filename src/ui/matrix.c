/* matrix.c: the map editor, drawn: title, matrix, legend. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/matrix.h"

#include <math.h>
#include <stdio.h>

#include "retort/ui/editor.h"
#include "retort/ui/layout.h"
#include "retort/ui/matrix_pair.h"
#include "retort/ui/pair_text.h"

#define CELL_WIDTH 9       /* "[ 0.5▄* ]" */
#define CKA_WIDTH 5        /* cells more where the CKA of the layers is known: ".87▓ " */
#define LAYER_SIZE_WIDTH 8 /* most cells of a student layer's size above its column */
#define NAME_WIDTH 20      /* cells of a teacher layer's name and size ... */
#define NARROW_NAME 15     /* ... in an area narrower than NARROW */
#define NARROW 60

static int
cell_width(const struct scene *s)
{
	struct scene_edit first = { .teacher = s->view.edit_teacher, .on = s->view.edit_on };

	return CELL_WIDTH + (isnan(editor_cka(s, &first)) ? 0 : CKA_WIDTH);
}

/* Draw a CKA as ".87▓", where 1 is "1.0█". */
static void
draw_cka(const struct scene *s, struct canvas_area a, int x, int y, double cka)
{
	static const uint32_t shade[] = { ' ', 0x2591, 0x2592, 0x2593, 0x2588 };
	int level = cka >= 1 ? 4 : (int)(cka * 5);
	char number[16];

	snprintf(number, sizeof number, "%.2f", cka);
	canvas_text_right(a, x + 3, y, CANVAS_DIM, cka < 0.995 ? number + 1 : "1.0");
	canvas_put(a, x + 3, y, scene_ascii(s) ? (uint32_t) " .:+#"[level] : shade[level],
		   CANVAS_PLAIN);
}

/* Format the weight of a cell: "x" where the pair cannot be mapped, and in an empty cell the
 * weight of another pair of the same layers with the letter of its tap. */
static void
format_weight(const struct scene *s, const struct scene_edit *cell, bool is_pending, char *buf,
	      size_t size)
{
	const struct layer_pair *other = editor_other_map(s, cell, NULL);
	struct layer_pair m;

	if (editor_fit(s, cell, &m, NULL) < 0)
		snprintf(buf, size, "x");
	else if (cell->weight < 0 && !is_pending && other)
		snprintf(buf, size, "%.3g%c", other->weight, model_tap_name[other->on][0]);
	else
		pair_text_weight(s, cell->weight, buf, size);
}

/* Draw a cell "[ 0.5▄* .87▓]": cursor, weight, its bar, star of a pending edit, CKA. */
static void
draw_cell(const struct scene *s, struct canvas_area a, int x, int y, int row, int column)
{
	struct scene_edit cell = editor_cell(s, row, column);
	bool is_pending = editor_pending(s, &cell) != NULL;
	enum canvas_style style = is_pending         ? CANVAS_PENDING
				  : cell.weight >= 0 ? CANVAS_BOLD
						     : CANVAS_DIM;
	int width = cell_width(s);
	char number[32];

	format_weight(s, &cell, is_pending, number, sizeof number);
	canvas_text_right(a, x + 6, y, style, number);
	if (cell.weight > 0 && !scene_ascii(s))
		canvas_put(a, x + 6, y,
			   0x2581 + (uint32_t)(cell.weight >= 1 ? 7 : cell.weight * 7.99), style);
	if (is_pending)
		canvas_put(a, x + 7, y, '*', style);
	if (width > CELL_WIDTH)
		draw_cka(s, a, x + 9, y, editor_cka(s, &cell));
	if (row != s->view.edit_row || column != s->view.edit_column)
		return;
	canvas_put(a, x, y, '[', CANVAS_BOLD);
	canvas_put(a, x + width - 1, y, ']', CANVAS_BOLD);
	canvas_paint(a, x + 1, y, width - 2, CANVAS_REVERSE);
}

/* Format the size of a layer: "32×64" for 32 features at 64 positions, "4 heads" for attention,
 * "-" where the layer has no such output; features alone where that does not fit. Returns buf. */
static const char *
format_size(const struct scene *s, const struct layer_info *l, int room, char *buf, size_t size)
{
	size_t width = net_info_width(l, s->view.edit_on),
	       positions = l->last ? l->width / l->last : 1;

	if (!width)
		snprintf(buf, size, "-");
	else if (1u << s->view.edit_on & MODEL_SQUARES)
		snprintf(buf, size, "%zu head%s", width, width == 1 ? "" : "s");
	else if (positions > 1)
		snprintf(buf, size, "%zu%s%zu", width, scene_times(s), positions);
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
	const struct net_info *t = &s->info.teacher[v->edit_teacher], *st = &s->info.run->student;
	int rows = a.height - 2, name = a.width < NARROW ? NARROW_NAME : NAME_WIDTH,
	    cell = cell_width(s), columns = (a.width - name) / cell;
	int top = layout_first(v->edit_row, rows, t->n_layers),
	    left = layout_first(v->edit_column, columns, st->n_layers);
	char size[48];

	canvas_text(a, 1, 0, CANVAS_DIM, scene_ascii(s) ? "student >" : "student \u2192");
	canvas_text(a, 1, 1, CANVAS_DIM, scene_ascii(s) ? "teacher v" : "teacher \u2193");
	for (int c = 0; c < columns && left + c < st->n_layers; c++) {
		const struct layer_info *l = &st->layer[left + c];

		canvas_text_right(a, name + c * cell + 6, 0,
				  left + c == v->edit_column ? CANVAS_FOCUS : CANVAS_BOLD, l->name);
		canvas_text_right(a, name + c * cell + 6, 1, CANVAS_DIM,
				  format_size(s, l, LAYER_SIZE_WIDTH, size, sizeof size));
	}
	for (int r = 0; r < rows && top + r < t->n_layers; r++) {
		const struct layer_info *l = &t->layer[top + r];

		canvas_text(a, 1, 2 + r, top + r == v->edit_row ? CANVAS_FOCUS : CANVAS_BOLD,
			    l->name);
		canvas_text_right(
			a, name - 2, 2 + r, CANVAS_DIM,
			format_size(s, l, name - 4 - text_width(l->name), size, sizeof size));
		for (int c = 0; c < columns && left + c < st->n_layers; c++)
			draw_cell(s, a, name + c * cell, 2 + r, top + r, left + c);
	}
}

/* Whether a pair of the shown teacher is mapped on a tap. */
static bool
is_tap_mapped(const struct scene *s, int on)
{
	for (int i = 0; i < s->info.run->settings.n_maps; i++)
		if (s->info.run->settings.map[i].teacher == s->view.edit_teacher &&
		    (int)s->info.run->settings.map[i].on == on)
			return true;
	return false;
}

/* Draw the meaning of the signs; of letters only those that are in use. */
static void
draw_legend(const struct scene *s, struct canvas_area a)
{
	int x = canvas_text(
		a, 1, 0, CANVAS_DIM,
		scene_ascii(s) ? "number: weight   . not mapped   x incompatible   * pending"
			       : "number and bar: weight   \u00B7 not mapped   x incompatible   "
				 "* pending");

	if (cell_width(s) > CELL_WIDTH)
		x = canvas_text(a, x + 3, 0, CANVAS_DIM, ".87 CKA");
	for (int on = 0; on < MODEL_TAPS; on++)
		if (on != (int)s->view.edit_on && is_tap_mapped(s, on))
			x = canvas_textf(a, x + 3, 0, CANVAS_DIM, "%c %s", model_tap_name[on][0],
					 model_tap_name[on]);
}

/* Draw "map on hidden: big mlp 64,64 → s mlp 16", and which teacher of how many. */
static void
draw_title(const struct scene *s, struct canvas_area a)
{
	const struct net_info *t = &s->info.teacher[s->view.edit_teacher],
			      *st = &s->info.run->student;
	int x = canvas_text(a, 0, 0, CANVAS_FOCUS, "map");
	int words = text_width(" on :  student ") + 2 + text_width(t->name) + text_width(t->spec) +
		    text_width(st->spec);
	char note[32];

	words += x + text_width(model_tap_name[s->view.edit_on]) + text_width(scene_arrow(s));
	x = canvas_textf(a, x, 0, CANVAS_BOLD, " on %s:", model_tap_name[s->view.edit_on]);
	x = canvas_textf(a, x + 1, 0, CANVAS_BOLD, "%s", t->name);
	x = canvas_textf(a, x + 1, 0, CANVAS_DIM, "%s %s", t->spec, scene_arrow(s));
	x = canvas_text(a, x + 1, 0, CANVAS_BOLD, words > a.width ? "s" : "student");
	x = canvas_textf(a, x + 1, 0, CANVAS_DIM, "%s", st->spec);
	snprintf(note, sizeof note, "teacher %d of %d", s->view.edit_teacher + 1,
		 s->info.n_teachers);
	if (s->info.n_teachers > 1 && x + 2 + text_width(note) < a.width)
		canvas_text_right(a, a.width - 1, 0, CANVAS_DIM, note);
}

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
	matrix_pair_draw(s, canvas_cut(a, 0, a.height - pending - detail, a.width, detail));
	matrix_pair_pending(s, canvas_cut(a, 0, a.height - pending, a.width, pending));
}
