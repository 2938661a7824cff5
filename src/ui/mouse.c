/* mouse.c: clicks and the wheel. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/mouse.h"

#include <stdio.h>
#include <string.h>

#include "retort/session/lex.h"
#include "retort/ui/footer.h"
#include "retort/ui/layout.h"
#include "retort/ui/move.h"
#include "retort/ui/plot.h"
#include "retort/ui/plot_frame.h"
#include "retort/ui/plot_title.h"

#define ROWS 3 /* rows that the wheel scrolls */

static bool
is_inside(const struct layout_rect *r, int x, int y)
{
	return x >= r->x && x < r->x + r->width && y >= r->y && y < r->y + r->height;
}

/* The pane at a cell; -1: none. */
static int
pane_at(const struct layout *l, int x, int y)
{
	for (int i = 0; i < LAYOUT_PANES; i++)
		if (is_inside(&l->pane[i], x, y))
			return i;
	return -1;
}

/* The key of the hint at column x of a drawn row of hints: its first word, or of words for several
 * keys, "+/-" and "[ ] marks", the character under the pointer. */
static void
read_hint(const struct cell *row, int width, int x, char key[MOUSE_KEY])
{
	static const char several[] = "[]{}+-";
	int from = x, n = 0;

	key[0] = '\0';
	if (row[x].ch == ' ' && (x + 1 >= width || row[x + 1].ch == ' '))
		return;
	while (from > 0 && !(row[from - 1].ch == ' ' && (from < 2 || row[from - 2].ch == ' ')))
		from--;
	for (int i = from; i < width && row[i].ch > ' ' && row[i].ch < 127 && n + 1 < MOUSE_KEY;
	     i++)
		key[n++] = (char)row[i].ch;
	key[n] = '\0';
	if (row[x].ch < 127 && row[x].ch && strchr(several, (int)row[x].ch))
		snprintf(key, MOUSE_KEY, "%c", (int)row[x].ch);
	else if (strcmp(key, "+/-") == 0 || strcmp(key, "jk") == 0 || strcmp(key, "hjkl") == 0)
		snprintf(key, MOUSE_KEY, "%c",
			 x < from + n && row[x].ch != '/' ? (int)row[x].ch : key[0]);
}

/* The key that is hinted at a cell; "": none. */
static void
hint_at(const struct scene *s, const struct layout *l, int x, int y, char key[MOUSE_KEY])
{
	struct canvas c = { 0 };

	key[0] = '\0';
	if (!is_inside(&l->hints, x, y))
		return;
	canvas_resize(&c, l->hints.x + l->hints.width, l->hints.y + l->hints.height);
	footer_hints(s, canvas_cut(canvas_all(&c), l->hints.x, l->hints.y, l->hints.width,
				   l->hints.height));
	read_hint(&c.cell[y * c.width], c.width, x, key);
	canvas_release(&c);
}

static bool
is_plot(int pane)
{
	return pane == LAYOUT_loss || pane == LAYOUT_accuracy || pane == LAYOUT_divergence;
}

/* Make the frame of the plot in a rectangle, as it is drawn on that screen. The canvas, which has
 * no use but its size, is released by the caller. */
static void
make_frame(const struct scene *s, const struct layout_rect *r, int pane, int width, int height,
	   struct canvas *c, struct plot_frame *p)
{
	canvas_resize(c, width, height);
	plot_frame_make(p, s, canvas_cut(canvas_all(c), r->x, r->y, r->width, r->height),
			layout_plot(pane));
}

/* Set the cursor to the step at column x, or toggle the curve of the legend there. */
static void
click_plot(struct scene *s, const struct layout_rect *r, int pane, int x, int y, int width,
	   int height, struct text *line)
{
	struct canvas c = { 0 };
	struct plot_frame p;
	int column, curve;

	make_frame(s, r, pane, width, height, &c, &p);
	column = x - r->x - p.rail.margin;
	curve = y - r->y < p.title_rows ? plot_title_curve(&p, x - r->x, y - r->y) : -1;
	if (curve >= 0) {
		text_add(line, "view toggle ");
		lex_quote(line, p.curve[curve].name);
	} else if (y - r->y >= p.title_rows && column >= 0 && column < p.rail.x.columns) {
		s->view.cursor_on = true;
		s->view.cursor = span_edge(&p.rail.x, column);
	}
	plot_frame_release(&p);
	canvas_release(&c);
}

void
mouse_click(struct scene *s, int x, int y, int width, int height, char key[MOUSE_KEY],
	    struct text *line)
{
	struct layout l;
	int pane;

	layout_make(s, width, height, &l);
	hint_at(s, &l, x, y, key);
	pane = pane_at(&l, x, y);
	if (key[0] || pane < 0 || s->view.helping || s->view.editing)
		return;
	if (is_plot(pane))
		click_plot(s, &l.pane[pane], pane, x, y, width, height, line);
	move_click(s, x, y, width, height);
}

/* Zoom around the step at column x. */
static void
zoom_plot(struct scene *s, const struct layout_rect *r, int pane, int x, int width, int height,
	  int direction)
{
	struct canvas c = { 0 };
	struct plot_frame p;
	int column;

	make_frame(s, r, pane, width, height, &c, &p);
	column = x - r->x - p.rail.margin;
	column = column < 0 ? 0 : column >= p.rail.x.columns ? p.rail.x.columns - 1 : column;
	move_zoom_at(s, direction > 0 ? 0.5 : 2, span_edge(&p.rail.x, column));
	plot_frame_release(&p);
	canvas_release(&c);
}

void
mouse_wheel(struct scene *s, int x, int y, int width, int height, int direction, struct text *line)
{
	struct layout l;
	int pane;

	layout_make(s, width, height, &l);
	pane = pane_at(&l, x, y);
	s->version++;
	if (pane < 0)
		return;
	if (s->view.helping || s->view.editing) {
		if (s->view.helping)
			move_by(s, 0, -direction * ROWS);
		return;
	}
	if (is_plot(pane)) {
		zoom_plot(s, &l.pane[pane], pane, x, width, height, direction);
		return;
	}
	move_click(s, x, y, width, height);
	if (pane == LAYOUT_knobs || pane == LAYOUT_teachers)
		text_add(line, direction > 0 ? "view more" : "view less");
	else if (pane == LAYOUT_runs)
		move_by(s, 0, -direction);
	else if (pane == LAYOUT_log || pane == LAYOUT_report || pane == LAYOUT_texts)
		move_by(s, 0, -direction * (pane == LAYOUT_texts ? 1 : ROWS));
}
