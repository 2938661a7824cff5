/* figure_layout.c: the layout of a figure on a page. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/figure/figure_layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/base/unicode.h"
#include "retort/figure/figure_marks.h"
#include "retort/figure/figure_panel.h"
#include "retort/figure/figure_strips.h"

#define EDGE 8    /* of the page */
#define LEFT 66   /* labels of the y axes */
#define RIGHT 16  /* half a label of the x axis */
#define SAMPLE 22 /* length of a line in the legend */
#define GAP 14    /* between panels, and between entries of the legend */
#define LEGEND_ROW 13
#define STEPS 30 /* labels and title of the x axis */

static const struct figure_text title_text = { .size = 11, .bold = true, .align = 0.5 };
static const struct figure_text legend_text = { .size = 8.5 };

double
figure_layout_x(const struct figure_layout *l, double step)
{
	return l->left + axis_at(&l->x, step) * (l->right - l->left);
}

void
figure_layout_line(const struct figure_layout *l, const struct figure_point *p, size_t n,
		   double width, uint32_t color, enum figure_dash dash)
{
	struct figure_stroke s = { width, color, dash };

	if (l->draws)
		l->pen->line(l->pen->arg, p, n, &s);
}

double
figure_layout_text(const struct figure_layout *l, double x, double y, const struct figure_text *t,
		   const char *text)
{
	if (l->draws)
		l->pen->text(l->pen->arg, x, y, t, text);
	return l->pen->width(l->pen->arg, t, text);
}

/* Copy a text that may hold any bytes as UTF-8 without controls, "->" as an arrow. */
static void
copy_plain(const char *text, char *buf, size_t size)
{
	size_t n = 0, len = strlen(text), used;
	uint32_t cp;

	for (size_t i = 0; i < len && n + 4 < size; i += used) {
		used = text_utf8(text + i, len - i, &cp);
		if (strncmp(text + i, "->", 2) == 0) {
			cp = 0x2192;
			used = 2;
		}
		if ((used == 1 && cp == 0xFFFD) || unicode_is_terminal_control(cp))
			cp = '?';
		n += unicode_encode(cp, buf + n);
	}
	buf[n] = '\0';
}

const char *
figure_layout_fit(const struct figure_layout *l, const struct figure_text *t, const char *text,
		  double room, char *buf, size_t size)
{
	size_t n;

	copy_plain(text, buf, size - 4);
	n = strlen(buf);
	while (n && l->pen->width(l->pen->arg, t, buf) > room) {
		do
			n--;
		while (n && ((unsigned char)buf[n] & 0xC0) == 0x80);
		while (n && buf[n - 1] == ' ')
			n--;
		snprintf(buf + n, size - n, "\u2026");
	}
	return buf;
}

/* Draw the legend below y: a sample of each line and its name, in rows. */
static double
draw_legend(const struct figure_layout *l, double y)
{
	double x = l->left;
	char name[328];

	y += LEGEND_ROW;
	for (size_t i = 0; i < l->f->n_lines; i++) {
		const struct figure_line *line = &l->f->line[i];
		uint32_t color = figure_color(line->color);
		double width;

		figure_layout_fit(l, &legend_text, line->name, (l->right - l->left) / 2, name,
				  sizeof name);
		width = SAMPLE + 4 + l->pen->width(l->pen->arg, &legend_text, name);
		if (x > l->left && x + width > l->right) {
			x = l->left;
			y += LEGEND_ROW;
		}
		figure_layout_line(l,
				   (struct figure_point[]){ { x, y - 3 }, { x + SAMPLE, y - 3 } },
				   2, 1.4, color, line->dash);
		figure_layout_text(l, x + SAMPLE + 4, y, &legend_text, name);
		x += width + GAP;
	}
	return y + 4;
}

/* Draw the panels below y, one above the other, and the steps under the last. */
static double
draw_panels(const struct figure_layout *l, double y)
{
	size_t n = l->f->n_panels;
	double height = n == 1 ? 210 : n == 2 ? 150 : 115, top = y + 6;

	for (size_t i = 0; i < n; i++) {
		y += i ? GAP : 6;
		if (l->draws)
			figure_panel_draw(l, l->f->panel[i], y, y + height, i + 1 == n);
		y += height;
	}
	figure_marks_lines(l, top, y);
	return y + STEPS;
}

/* Fit the axis of steps: whole numbers, and the curves use the whole width. */
static void
fit_steps(struct axis *x, uint32_t last)
{
	int n = 0;

	axis_fit(x, 0, last, false, 9);
	x->to = last;
	for (int i = 0; i < x->n; i++) {
		struct axis_tick *t = &x->tick[n];

		*t = x->tick[i];
		if (t->value != floor(t->value))
			continue;
		axis_step((uint32_t)t->value, t->label, sizeof t->label);
		n++;
	}
	x->n = n;
}

/* Draw all, or measure. Returns the height of the page. */
static double
draw(const struct figure *f, const struct figure_pen *pen, bool draws)
{
	struct figure_layout l = { .f = f,
				   .pen = pen,
				   .draws = draws,
				   .left = LEFT,
				   .right = FIGURE_LAYOUT_WIDTH - RIGHT };
	char title[200];
	double y = EDGE;

	fit_steps(&l.x, f->last ? f->last : 1);
	if (f->title[0]) {
		y += 11;
		figure_layout_text(&l, (l.left + l.right) / 2, y, &title_text,
				   figure_layout_fit(&l, &title_text, f->title, l.right - l.left,
						     title, sizeof title));
		y += 3;
	}
	y = draw_legend(&l, y);
	y = draw_panels(&l, y);
	y = figure_marks_letters(&l, y);
	y = figure_strips_draw(&l, y);
	return figure_marks_list(&l, y) + EDGE;
}

double
figure_layout_height(const struct figure *f, const struct figure_pen *pen)
{
	return draw(f, pen, false);
}

void
figure_layout_draw(const struct figure *f, const struct figure_pen *pen)
{
	draw(f, pen, true);
}
