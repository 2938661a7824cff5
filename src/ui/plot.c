/* plot.c: one metric over the steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/ui/axis.h"
#include "retort/ui/curve.h"
#include "retort/ui/layout.h"
#include "retort/ui/rail.h"

/* All that is worked out before anything is drawn. */
struct plot {
	const struct scene *s;
	struct canvas_area a;
	unsigned metric;
	int which;
	bool log, rails;
	enum raster_set set;
	int n;
	struct curve curve[CURVE_MAX];
	uint32_t low[CURVE_MAX];      /* samples that a log axis cannot show */
	struct span *span[CURVE_MAX]; /* [dots.columns] owned; NULL for levels */
	bool *broken;                 /* [rail.x.columns] owned */
	struct span_steps dots;
	struct axis y;
	bool empty; /* nothing gave the y axis a range */
	struct rail rail;
	/* rows from the top of the area; 0 where there is no such row */
	int height, axis_row, label_row, rail_row, strip_row, n_strips;
};

enum raster_set
plot_set(const struct scene *s)
{
	if (scene_ascii(s))
		return RASTER_ASCII;
	if (s->info.knobs.charset == KNOB_BRAILLE ||
	    (s->info.knobs.charset == KNOB_CHARSET_AUTO && s->braille))
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
lay_out(struct plot *p)
{
	int h = p->a.height, knobs = rail_knobs(p->s), room = (h - 8) / 3;
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
	/* one margin for all plots whose labels fit in it, so that their steps stand in line */
	p->rail.margin = p->a.width >= 20 ? 6 : p->a.width >= 4 ? 1 : 0;
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

/* Batches are noisy: they set the range only while nothing else is there. */
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

/* The columns of steps of a plot whose margin is known; a wide label makes it wider. */
static void
fit(struct plot *p)
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
		if (p->rail.margin < 6 || widest < p->rail.margin || p->a.width < widest + 12)
			return;
		p->rail.margin = widest + 1;
		for (int i = 0; i < p->n; i++)
			mem_free(p->span[i]);
		mem_free(p->broken);
	}
}

/* ---- the title ---- */

/* What the legend says of a curve: its last value, or the sample at or before the cursor. */
static void
value_text(const struct plot *p, int i, char *out, size_t size)
{
	const struct curve *c = &p->curve[i];
	uint32_t cursor = p->s->view.cursor, step = cursor;
	double v = c->level;
	char buf[32];

	if (!p->s->view.cursor_on) {
		if (c->series)
			series_last(c->series, &step, &v);
		if (c->context && !p->curve[0].context) { /* as old as the main one: it stands
							     still, and that saves bytes */
			series_last(p->curve[0].series, &step, &v);
			series_at(c->series, step, &step, &v);
		}
		curve_number(v, buf, sizeof buf);
		if (p->low[i])
			snprintf(out, size,
				 p->set == RASTER_ASCII ? "%s %u<=0"
							: "%s %u\xE2\x89\xA4"
							  "0",
				 buf, p->low[i]);
		else
			snprintf(out, size, "%s", buf);
	} else if (c->series && !series_at(c->series, cursor, &step, &v)) {
		snprintf(out, size, "-");
	} else if (step != cursor) {
		snprintf(out, size, "%.7g@%u", v, step);
	} else {
		snprintf(out, size, "%.7g", v);
	}
}

/* "━ student 0.2471" from column x of the title row, or only its width. Returns the column after
 * it. */
static int
legend(const struct plot *p, int i, int x, bool is_drawn)
{
	const struct curve *c = &p->curve[i];
	char value[64], text[128];

	value_text(p, i, value, sizeof value);
	snprintf(text, sizeof text, " %s %s", c->name, value);
	if (is_drawn) {
		canvas_put(p->a, x, 0,
			   p->set == RASTER_ASCII ? (unsigned char)c->style->glyph
						  : c->style->sample,
			   c->look);
		canvas_text(p->a, x + 1, 0, c->series ? CANVAS_PLAIN : CANVAS_DIM, text);
	}
	return x + 1 + text_width(text);
}

/* What matters most comes first when the row is short: name, main value, its key, flags, the
 * others. */
static void
title(const struct plot *p)
{
	const struct scene_view *v = &p->s->view;
	double smooth = p->s->info.knobs.smooth;
	char flags[48] = "", value[64];
	enum canvas_look look = v->focus == LAYOUT_loss + p->which ? CANVAS_FOCUS : CANVAS_BOLD;
	int n, x = canvas_text(p->a, 0, 0, look, metric_info(p->metric)->name);

	if (v->cursor_on)
		x = canvas_textf(p->a, x + 1, 0, CANVAS_MARK, "@%u", v->cursor);
	n = snprintf(flags, sizeof flags, "%s%s", p->log ? " logY" : "", v->log_x ? " logX" : "");
	if (smooth > 0)
		snprintf(flags + n, sizeof flags - (size_t)n, " ema %.3g", smooth);
	if (!v->cursor_on &&
	    (!p->n || legend(p, 0, x + (int)strlen(flags) + 2, false) <= p->a.width))
		x = canvas_text(p->a, x, 0, CANVAS_DIM, flags);
	if (p->n && legend(p, 0, x + 2, false) > p->a.width) {
		value_text(p, 0, value, sizeof value);
		canvas_text(p->a, x + 1, 0, CANVAS_PLAIN, value);
		return;
	}
	for (int i = 0; i < p->n && legend(p, i, x + 2, false) <= p->a.width; i++)
		x = legend(p, i, x + 2, true);
}

/* ---- axes ---- */

static void
draw_y(const struct plot *p)
{
	int down = raster_down(p->set), labelled = -1;
	bool ascii = p->set == RASTER_ASCII;

	for (int row = 0; p->rail.margin && row < p->height; row++)
		canvas_put(p->a, p->rail.margin - 1, 1 + row, ascii ? '|' : 0x2502, CANVAS_DIM);
	for (int i = 0; p->rail.margin > 1 && i < p->y.n; i++) {
		const struct axis_tick *t = &p->y.tick[i];
		int row = span_row(&p->y, p->height * down, t->value);

		row = row < 0 ? -1 : row / down;
		if (row < 0 || row >= p->height || row == labelled)
			continue;
		labelled = row;
		canvas_text_right(p->a, p->rail.margin - 1, 1 + row, CANVAS_PLAIN, t->label);
		canvas_put(p->a, p->rail.margin - 1, 1 + row, ascii ? '+' : 0x2524, CANVAS_DIM);
	}
}

static void
draw_x(const struct plot *p)
{
	const struct span_steps *x = &p->rail.x;
	bool ascii = p->set == RASTER_ASCII;
	struct axis ticks;
	int free_from = 0;
	char label[16];

	if (!p->axis_row)
		return;
	if (p->rail.margin)
		canvas_put(p->a, p->rail.margin - 1, p->axis_row, ascii ? '+' : 0x2514, CANVAS_DIM);
	for (int i = p->rail.margin; i < p->a.width; i++)
		canvas_put(p->a, i, p->axis_row, ascii ? '-' : 0x2500, CANVAS_DIM);
	axis_fit(&ticks, x->log && !x->from ? 1 : x->from, x->to, x->log, x->columns / 10 + 2);
	for (int i = 0; i < ticks.n; i++) {
		double step = ticks.tick[i].value;
		int width, at, start;

		if (step < x->from || step > x->to || step != floor(step))
			continue;
		axis_step((uint32_t)step, label, sizeof label);
		width = (int)strlen(label);
		at = p->rail.margin + span_column(x, (uint32_t)step);
		start = at - (width - 1) / 2;
		start = start + width > p->a.width ? p->a.width - width : start < 0 ? 0 : start;
		if (start < free_from)
			continue;
		if (p->label_row)
			canvas_put(p->a, at, p->axis_row, ascii ? '+' : 0x252C, CANVAS_DIM);
		canvas_text(p->a, start, p->label_row ? p->label_row : p->axis_row, CANVAS_PLAIN,
			    label);
		free_from = start + width + 1;
	}
}

/* ---- curves ---- */

/* The row of a level in cells, or -1 where it is not drawn. */
static int
level_row(const struct plot *p, int i)
{
	int down = raster_down(p->set), row;

	if (p->curve[i].series || (p->log && p->curve[i].level <= 0))
		return -1;
	row = span_row(&p->y, p->height * down, p->curve[i].level);
	return row < 0 ? -1 : row / down;
}

/* Names at the right end of their levels, side by side in one row, where no curve is. */
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

			is_free = cell->ch == ' ' || cell->look == CANVAS_DIM;
		}
		if (!is_free || x <= plot.width / 2)
			continue;
		canvas_put(plot, x - 1, row, ' ', CANVAS_PLAIN);
		canvas_text(plot, x, row, CANVAS_DIM, p->curve[i].name);
	}
}

/* From the last to the first, which is the main one: it replaces the cells of the others. */
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
			raster_dash(&r, c->style->on, c->style->off);
		for (int k = 0; k < r.width * r.height; k++) {
			uint32_t ch = raster_char(&r, k % r.width, k / r.width, c->style->glyph);

			if (ch)
				canvas_put(plot, k % r.width, k / r.width, ch, c->look);
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
	lay_out(&p);
	fit(&p);
	title(&p);
	plot = canvas_cut(a, p.rail.margin, 1, a.width - p.rail.margin, p.height);
	draw_y(&p);
	draw_x(&p);
	if (plot.height > 0)
		draw_curves(&p, plot);
	rail_lines(s, plot, &p.rail);
	rail_cursor(s, plot, &p.rail, p.rails);
	if (p.rail_row)
		rail_letters(s, canvas_cut(a, 0, p.rail_row, a.width, 1), &p.rail, p.broken);
	if (p.n_strips)
		rail_strips(s, canvas_cut(a, 0, p.strip_row, a.width, p.n_strips), &p.rail);
	for (int i = 0; i < p.n; i++)
		mem_free(p.span[i]);
	mem_free(p.broken);
}
