/* plot.c: a metric over the steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/curve/axis.h"
#include "retort/ui/curve.h"
#include "retort/ui/layout.h"
#include "retort/ui/plot_axes.h"
#include "retort/ui/rail.h"
#include "retort/ui/strips.h"

#define MARGIN 6 /* cells for labels of the y axis; the same for all plots if their labels fit */

/* Layout and summaries, computed before anything is drawn. */
struct plot {
	const struct scene *s;
	struct canvas_area a;
	unsigned metric;
	int which; /* 0 upper, 1 lower */
	bool log;
	bool rails; /* draw rail and strips */
	enum raster_set set;
	int n; /* curves */
	struct curve curve[CURVE_MAX];
	uint32_t low[CURVE_MAX];      /* samples <= 0 on a logarithmic axis */
	struct span *span[CURVE_MAX]; /* [dots.columns] owned; NULL for levels */
	bool *broken;                 /* [rail.x.columns] owned: columns with NaN or Inf */
	struct span_steps dots;       /* columns of dots */
	struct axis y;
	bool empty; /* no samples */
	struct rail rail;
	/* rows of the area; 0: no such row */
	int height, axis_row, label_row, rail_row, strip_row, n_strips;
};

enum raster_set
plot_set(const struct scene *s)
{
	if (scene_ascii(s))
		return RASTER_ASCII;
	if (s->info.run->settings.knobs.charset == KNOB_BRAILLE ||
	    (s->info.run->settings.knobs.charset == KNOB_CHARSET_AUTO && s->braille))
		return RASTER_BRAILLE;
	return RASTER_QUADRANTS;
}

struct span_steps
plot_steps(const struct scene *s, int columns)
{
	struct span_steps x = { .log = s->view.log_x, .columns = columns > 1 ? columns : 1 };

	x.to = axis_page(curve_last_step(s));
	if (s->view.x_to > s->view.x_from) {
		x.from = s->view.x_from;
		x.to = s->view.x_to;
	}
	return x;
}

/* ---- rows and columns ---- */

static void
place_rows(struct plot *p)
{
	int h = p->a.height, knobs = strips_count(p->s), room = (h - 8) / 3;
	int under = 0;

	p->n_strips = p->rails && room > 0 ? (knobs < room ? knobs : room) : 0;
	under = p->n_strips + (p->rails && h >= 8) + (h >= 15 ? 2 : h >= 5 ? 1 : 0);
	p->height = h - 1 - under;
	if (h >= 5)
		p->axis_row = 1 + p->height;
	if (h >= 15)
		p->label_row = p->axis_row + 1;
	if (p->rails && h >= 8)
		p->rail_row = p->axis_row + (h >= 15 ? 2 : 1);
	p->strip_row = p->rail_row + 1;
	p->rail.margin = p->a.width >= 20 ? MARGIN : p->a.width >= 4 ? 1 : 0;
}

static void
fold_curves(struct plot *p)
{
	int across = raster_across(p->set);

	for (int i = 0; i < p->n; i++) {
		if (!p->curve[i].series)
			continue;
		p->low[i] = 0;
		for (int c = 0; c < p->dots.columns; c++) {
			struct span *sp = &p->span[i][c];

			*sp = span_fold(p->curve[i].series, span_edge(&p->dots, c),
					span_edge(&p->dots, c + 1), p->log);
			p->low[i] += sp->low;
			p->broken[c / across] |= sp->broken > 0;
		}
	}
}

static void
widen(double *least, double *most, double value, bool log)
{
	if (!isfinite(value) || (log && value <= 0))
		return;
	*least = value < *least ? value : *least;
	*most = value > *most ? value : *most;
}

/* Fit the y axis to the held-out curves and levels; to noisy training curves only if there is no
 * other. */
static void
fit_y(struct plot *p)
{
	double least = INFINITY, most = -INFINITY;

	for (int context = 0; context < 2 && least > most; context++) {
		for (int i = 0; i < p->n; i++)
			for (int c = 0;
			     p->span[i] && p->curve[i].context == context && c < p->dots.columns;
			     c++)
				if (p->span[i][c].count) {
					widen(&least, &most, p->span[i][c].min, p->log);
					widen(&least, &most, p->span[i][c].max, p->log);
				}
	}
	for (int i = 0; i < p->n; i++)
		if (!p->curve[i].series)
			widen(&least, &most, p->curve[i].level, p->log);
	p->empty = least > most;
	if (p->empty)
		least = p->log ? 0.1 : 0, most = 1;
	axis_fit(&p->y, least, most, p->log, p->log ? p->height : p->height / 3 + 2);
}

/* Compute columns, spans and the y axis; a second time where its labels need a wider margin. */
static void
fit_plot(struct plot *p)
{
	for (;;) {
		int width = p->a.width - p->rail.margin, widest = 0;

		p->dots = plot_steps(p->s, width * raster_across(p->set));
		p->rail.x = plot_steps(p->s, width);
		p->broken = mem_array((size_t)width + 1, sizeof *p->broken);
		for (int i = 0; i < p->n; i++)
			if (p->curve[i].series)
				p->span[i] = mem_array((size_t)p->dots.columns, sizeof **p->span);
		fold_curves(p);
		fit_y(p);
		for (int i = 0; i < p->y.n; i++)
			widest = (int)strlen(p->y.tick[i].label) > widest
					 ? (int)strlen(p->y.tick[i].label)
					 : widest;
		if (p->rail.margin < MARGIN || widest < p->rail.margin || p->a.width < widest + 12)
			return;
		p->rail.margin = widest + 1;
		for (int i = 0; i < p->n; i++)
			mem_free(p->span[i]);
		mem_free(p->broken);
	}
}

/* ---- the title ---- */

/* Format the last value of a curve, and the number of samples <= 0 on a logarithmic axis. */
static void
format_last(const struct plot *p, int i, char *out, size_t size)
{
	const struct curve *c = &p->curve[i];
	double v = c->level;
	uint32_t step;
	char buf[32];

	if (c->series)
		series_last(c->series, &step, &v);
	/* a training curve at the last held-out step: it changes more rarely, and saves bytes */
	if (c->context && !p->curve[0].context) {
		series_last(p->curve[0].series, &step, &v);
		series_at(c->series, step, &step, &v);
	}
	curve_number(v, buf, sizeof buf);
	if (p->low[i])
		snprintf(out, size, "%s %u%s0", buf, p->low[i],
			 p->set == RASTER_ASCII ? "<=" : "\u2264");
	else
		snprintf(out, size, "%s", buf);
}

/* Format the value of a curve for the legend: the last one, or the sample at or before the cursor
 * with its step. */
static void
format_value(const struct plot *p, int i, char *out, size_t size)
{
	const struct curve *c = &p->curve[i];
	uint32_t cursor = p->s->view.cursor, step = cursor;
	double v = c->level;

	if (!p->s->view.cursor_on)
		format_last(p, i, out, size);
	else if (c->series && !series_at(c->series, cursor, &step, &v))
		snprintf(out, size, "-");
	else if (step != cursor)
		snprintf(out, size, "%.7g@%u", v, step);
	else
		snprintf(out, size, "%.7g", v);
}

/* Draw "━ student 0.2471" at column x of the title row, or only measure it. Returns the column
 * after it. */
static int
draw_legend(const struct plot *p, int i, int x, bool is_drawn)
{
	const struct curve *c = &p->curve[i];
	char value[64], text[128];

	format_value(p, i, value, sizeof value);
	snprintf(text, sizeof text, " %s %s", c->name, value);
	if (is_drawn) {
		canvas_put(p->a, x, 0,
			   p->set == RASTER_ASCII ? (unsigned char)c->stroke->glyph
						  : c->stroke->sample,
			   c->style);
		canvas_text(p->a, x + 1, 0, c->series ? CANVAS_PLAIN : CANVAS_DIM, text);
	}
	return x + 1 + text_width(text);
}

/* Draw the title row. In a short one the order of importance is: metric, main value, main legend,
 * flags, other legends. */
static void
draw_title(const struct plot *p)
{
	const struct scene_view *v = &p->s->view;
	double smooth = p->s->info.run->settings.knobs.smooth;
	char flags[48] = "", value[64];
	enum canvas_style style = v->focus == LAYOUT_loss + p->which ? CANVAS_FOCUS : CANVAS_BOLD;
	int n, x = canvas_text(p->a, 0, 0, style, metric_info(p->metric)->name);

	if (v->cursor_on)
		x = canvas_textf(p->a, x + 1, 0, CANVAS_MARK, "@%u", v->cursor);
	n = snprintf(flags, sizeof flags, "%s%s", p->log ? " logY" : "", v->log_x ? " logX" : "");
	if (smooth > 0)
		snprintf(flags + n, sizeof flags - (size_t)n, " ema %.3g", smooth);
	if (!v->cursor_on &&
	    (!p->n || draw_legend(p, 0, x + (int)strlen(flags) + 2, false) <= p->a.width))
		x = canvas_text(p->a, x, 0, CANVAS_DIM, flags);
	if (p->n && draw_legend(p, 0, x + 2, false) > p->a.width) {
		format_value(p, 0, value, sizeof value);
		canvas_text(p->a, x + 1, 0, CANVAS_PLAIN, value);
		return;
	}
	for (int i = 0; i < p->n && draw_legend(p, i, x + 2, false) <= p->a.width; i++)
		x = draw_legend(p, i, x + 2, true);
}

/* ---- curves ---- */

/* The row of a level, or -1 if it is not drawn. */
static int
level_row(const struct plot *p, int i)
{
	int down = raster_down(p->set), row;

	if (p->curve[i].series || (p->log && p->curve[i].level <= 0))
		return -1;
	row = span_row(&p->y, p->height * down, p->curve[i].level);
	return row < 0 ? -1 : row / down;
}

/* Write the names of levels at their right end, side by side in one row, where no curve is. */
static void
name_levels(const struct plot *p, struct canvas_area plot)
{
	for (int i = 0; i < p->n; i++) {
		int row = level_row(p, i), x = plot.width - text_width(p->curve[i].name);
		bool is_free = row >= 0 && row < plot.height;

		for (int k = 0; k < i; k++)
			if (row >= 0 && level_row(p, k) == row)
				x -= text_width(p->curve[k].name) + 1;
		for (int c = x - 1; c < plot.width && is_free && x > plot.width / 2; c++) {
			const struct cell *cell =
				&plot.canvas
					 ->cell[(plot.y + row) * plot.canvas->width + plot.x + c];

			is_free = cell->ch == ' ' || cell->style == CANVAS_DIM;
		}
		if (!is_free || x <= plot.width / 2)
			continue;
		canvas_put(plot, x - 1, row, ' ', CANVAS_PLAIN);
		canvas_text(plot, x, row, CANVAS_DIM, p->curve[i].name);
	}
}

/* Draw the curves in reverse order, so that the main one replaces cells of the others. */
static void
draw_curves(const struct plot *p, struct canvas_area plot)
{
	struct raster r = { 0 };

	raster_resize(&r, p->set, plot.width, plot.height);
	for (int i = p->n - 1; i >= 0; i--) {
		const struct curve *c = &p->curve[i];
		int row = span_row(&p->y, r.rows, c->level);

		if (!c->series && p->log && c->level <= 0)
			continue;
		raster_clear(&r);
		if (c->series)
			span_draw(&r, &p->dots, p->span[i], &p->y, c->series);
		else
			raster_line(&r, 0, row, r.columns - 1, row);
		if (p->set != RASTER_ASCII || !c->series)
			raster_dash(&r, c->stroke->on, c->stroke->off);
		for (int k = 0; k < r.width * r.height; k++) {
			uint32_t ch = raster_char(&r, k % r.width, k / r.width, c->stroke->glyph);

			if (ch)
				canvas_put(plot, k % r.width, k / r.width, ch, c->style);
		}
	}
	name_levels(p, plot);
	raster_release(&r);
	if (p->empty)
		canvas_text(plot, 1, plot.height / 2, CANVAS_DIM, "no samples yet");
}

void
plot_draw(const struct scene *s, struct canvas_area a, int which)
{
	struct plot p = { .s = s,
			  .a = a,
			  .which = which,
			  .metric = (unsigned)s->view.plot_metric[which],
			  .log = s->view.log_y[which] };
	struct canvas_area plot;

	if (a.width < 1 || a.height < 1 || p.metric >= METRIC_COUNT)
		return;
	p.set = plot_set(s);
	p.rails = which == 1 || a.height >= 16 || a.height * 2 > a.canvas->height;
	p.n = curve_list(s, p.metric, p.curve);
	p.rail.ascii = p.set == RASTER_ASCII;
	p.rail.last = curve_last_step(s);
	place_rows(&p);
	fit_plot(&p);
	draw_title(&p);
	plot = canvas_cut(a, p.rail.margin, 1, a.width - p.rail.margin, p.height);
	plot_axes_y(a, &p.rail, &p.y, p.set, p.height);
	if (p.axis_row)
		plot_axes_x(a, &p.rail, p.axis_row, p.label_row);
	if (plot.height > 0)
		draw_curves(&p, plot);
	rail_lines(s, plot, &p.rail);
	rail_cursor(s, plot, &p.rail, p.rails);
	if (p.rail_row)
		rail_letters(s, canvas_cut(a, 0, p.rail_row, a.width, 1), &p.rail, p.broken);
	if (p.n_strips)
		strips_draw(s, canvas_cut(a, 0, p.strip_row, a.width, p.n_strips), &p.rail);
	for (int i = 0; i < p.n; i++)
		mem_free(p.span[i]);
	mem_free(p.broken);
}
