/* plot.c: a metric over the steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/plot.h"

#include <string.h>

#include "retort/curve/axis.h"
#include "retort/ui/plot_axes.h"
#include "retort/ui/plot_frame.h"
#include "retort/ui/plot_title.h"
#include "retort/ui/rail.h"
#include "retort/ui/strips.h"

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

#define LONG_RUN 10000 /* steps of a run whose whole range is shown from its start */
#define LEAST_PART 64  /* at least this part of the range of a longer one */

/* The step at which the network in view ends its run; 0: unknown. */
static uint64_t
target_step(const struct scene *s)
{
	const struct lab_info *i = &s->info;
	bool is_teacher = s->view.branch >= BRANCH_TEACHER(0) && s->view.branch < BRANCH_IDS;
	int k = s->view.branch - BRANCH_TEACHER(0);

	if (i->phase == LAB_DISTILLING || i->phase == LAB_REPORTING)
		return is_teacher ? i->teacher[k].steps : i->run->until;
	if (i->phase == LAB_TRAINING && is_teacher && i->busy == k)
		return i->run->until;
	return is_teacher ? i->teacher[k].steps : i->run->student.steps;
}

/*
 * The end of the x axis: the target of the run if it is known, of a long run a half, a quarter ...
 * of it, else the end of a page. Columns do not move until the end changes.
 */
static uint32_t
last_step(const struct scene *s)
{
	uint32_t last = curve_last_step(s);
	uint64_t target = target_step(s), end = target;

	if (target < last || target == 0)
		return axis_page(last);
	while (end > LONG_RUN && end / 2 > last && end > target / LEAST_PART)
		end = (end + 1) / 2;
	return end > UINT32_MAX - 1 ? axis_page(last) : (uint32_t)end;
}

struct span_steps
plot_steps(const struct scene *s, int columns)
{
	struct span_steps x = { .log = s->view.log_x, .columns = columns > 1 ? columns : 1 };

	x.to = last_step(s);
	if (s->view.x_to > s->view.x_from) {
		x.from = s->view.x_from;
		x.to = s->view.x_to;
	}
	return x;
}

/* The row of a level, or -1 if it is not drawn. */
static int
level_row(const struct plot_frame *p, int i)
{
	int down = raster_down(p->set), row;

	if (p->curve[i].series || p->curve[i].is_hidden || (p->log && p->curve[i].level <= 0))
		return -1;
	row = span_row(&p->y, p->height * down, p->curve[i].level);
	return row < 0 ? -1 : row / down;
}

/* Write the names of levels at their right end, side by side in one row, where no curve is. */
static void
name_levels(const struct plot_frame *p, struct canvas_area plot)
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

			is_free = cell->ch == ' ' || cell->style == CANVAS_DIM ||
				  cell->style == CANVAS_REFERENCE;
		}
		if (!is_free || x <= plot.width / 2)
			continue;
		canvas_put(plot, x - 1, row, ' ', CANVAS_PLAIN);
		canvas_text(plot, x, row, CANVAS_DIM, p->curve[i].name);
	}
}

/* Draw a line to the first sample of a fork from that of its parent. */
static void
join_fork(const struct plot_frame *p, struct raster *r, int i)
{
	const struct curve *c = &p->curve[i];
	int first = 0;

	if (c->join_step < p->dots.from || c->join_step >= p->dots.to || (p->log && c->join <= 0))
		return;
	while (first < p->dots.columns && !p->span[i][first].count)
		first++;
	if (first < p->dots.columns)
		raster_line(r, span_column(&p->dots, c->join_step),
			    span_row(&p->y, r->rows, c->join), first,
			    span_row(&p->y, r->rows, p->span[i][first].first));
}

/* Draw a curve, its raw samples or its level, cell by cell over what is there. */
static void
draw_curve(const struct plot_frame *p, struct canvas_area plot, struct raster *r, int i, bool raw)
{
	const struct curve *c = &p->curve[i];
	int row = span_row(&p->y, r->rows, c->level);

	raster_clear(r);
	if (c->series)
		span_draw(r, &p->dots, raw ? p->raw[i] : p->span[i], &p->y,
			  c->minus ? NULL : c->series, c->until);
	else
		raster_line(r, 0, row, r->columns - 1, row);
	if (c->series && c->is_joined)
		join_fork(p, r, i);
	if (!raw && (p->set != RASTER_ASCII || !c->series))
		raster_dash(r, c->stroke->on, c->stroke->off);
	for (int k = 0; k < r->width * r->height; k++) {
		uint32_t ch =
			raster_char(r, k % r->width, k / r->width, raw ? '.' : c->stroke->glyph);

		if (ch)
			canvas_put(plot, k % r->width, k / r->width, ch,
				   raw ? CANVAS_DIM : c->style);
	}
}

/* Draw the curves in reverse order, so that the main one replaces cells of the others; raw samples
 * below all of them. */
static void
draw_curves(const struct plot_frame *p, struct canvas_area plot)
{
	struct raster r = { 0 };

	raster_resize(&r, p->set, plot.width, plot.height);
	for (int i = p->n - 1; i >= 0; i--)
		if (p->raw[i] && !p->curve[i].is_hidden)
			draw_curve(p, plot, &r, i, true);
	for (int i = p->n - 1; i >= 0; i--)
		if (!p->curve[i].is_hidden &&
		    (p->curve[i].series || !p->log || p->curve[i].level > 0))
			draw_curve(p, plot, &r, i, false);
	name_levels(p, plot);
	raster_release(&r);
	if (p->empty)
		canvas_text(plot, 1, plot.height / 2, CANVAS_DIM, "no samples yet");
}

void
plot_draw(const struct scene *s, struct canvas_area a, int which)
{
	struct plot_frame p;
	struct canvas_area plot;

	if (a.width < 1 || a.height < 1 || s->view.plot_metric[which] < 0 ||
	    s->view.plot_metric[which] >= METRIC_COUNT)
		return;
	plot_frame_make(&p, s, a, which);
	plot_title_draw(&p);
	plot = canvas_cut(a, p.rail.margin, p.title_rows, a.width - p.rail.margin, p.height);
	plot_axes_y(a, p.title_rows, &p.rail, &p.y, p.set, p.height);
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
	plot_frame_release(&p);
}
