/* plot_frame.c: curves, scales and rows of a plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/plot_frame.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/ui/curve_difference.h"
#include "retort/ui/plot.h"
#include "retort/ui/plot_title.h"
#include "retort/ui/strips.h"

#define MARGIN 6  /* cells for labels of the y axis; the same for all plots if their labels fit */
#define SETTLED 8 /* the first 1/SETTLED of the steps may be off the y axis ... */
#define STRETCH 2 /* ... where they would make it longer by this factor */
#define SAMPLES 8 /* columns with samples that decide so */

static void
place_rows(struct plot_frame *p)
{
	int h = p->a.height, knobs = strips_count(p->s), room = (h - 8) / 3;
	int under = 0;

	p->title_rows = plot_title_rows(p, h >= 20 ? 3 : h >= 10 ? 2 : 1);
	p->n_strips = p->rails && room > 0 ? (knobs < room ? knobs : room) : 0;
	under = p->n_strips + (p->rails && h >= 8) + (h >= 15 ? 2 : h >= 5 ? 1 : 0);
	p->height = h - p->title_rows - under;
	if (h >= 5)
		p->axis_row = p->title_rows + p->height;
	if (h >= 15)
		p->label_row = p->axis_row + 1;
	if (p->rails && h >= 8)
		p->rail_row = p->axis_row + (h >= 15 ? 2 : 1);
	p->strip_row = p->rail_row + 1;
	p->rail.margin = p->a.width >= 20 ? MARGIN : p->a.width >= 4 ? 1 : 0;
}

/* The step after those of a column that are drawn. */
static uint32_t
last_edge(const struct plot_frame *p, int i, int column)
{
	uint32_t edge = span_edge(&p->dots, column + 1), until = p->curve[i].until;

	return edge > until ? until + 1 : edge;
}

static void
fold_curves(struct plot_frame *p)
{
	int across = raster_across(p->set);

	for (int i = 0; i < p->n; i++) {
		if (!p->span[i])
			continue;
		p->low[i] = 0;
		if (p->curve[i].minus)
			span_difference(p->curve[i].series, p->curve[i].minus, &p->dots,
					p->span[i]);
		for (int c = 0; c < p->dots.columns; c++) {
			struct span *sp = &p->span[i][c];

			if (!p->curve[i].minus)
				*sp = span_fold(p->curve[i].series, span_edge(&p->dots, c),
						last_edge(p, i, c), p->log);
			p->low[i] += sp->low;
			p->broken[c / across] |= sp->broken > 0;
		}
		if (p->raw[i])
			span_raw(p->curve[i].series, &p->dots, p->log, p->raw[i]);
	}
}

/* The smallest and largest of some values; least > most: none. */
struct range {
	double least, most;
	int n; /* values */
};

static void
widen(struct range *r, double value, bool log)
{
	if (!isfinite(value) || (log && value <= 0))
		return;
	r->least = value < r->least ? value : r->least;
	r->most = value > r->most ? value : r->most;
	r->n++;
}

static double
length_of(const struct range *r, bool log)
{
	return log ? log10(r->most / r->least) : r->most - r->least;
}

/* The range of the held-out curves, `context`: of the training curves, from a column on. */
static struct range
range_of(const struct plot_frame *p, bool context, int first)
{
	struct range r = { INFINITY, -INFINITY, 0 };

	for (int i = 0; i < p->n; i++)
		for (int c = first; p->span[i] && p->curve[i].context == context &&
				    !p->curve[i].is_hidden && c < p->dots.columns;
		     c++)
			if (p->span[i][c].count) {
				widen(&r, p->span[i][c].min, p->log);
				widen(&r, p->span[i][c].max, p->log);
			}
	return r;
}

/* The first column of the settled part of the curves: that of a part of the last power of two of
 * steps with samples, so that it moves, and with it perhaps the axis, only when steps double. */
static int
settled_column(const struct plot_frame *p)
{
	uint32_t steps = 1;

	for (int c = p->dots.columns - 1; c > 0 && !p->dots.from; c--)
		for (int i = 0; i < p->n; i++) {
			if (!p->span[i] || !p->span[i][c].count)
				continue;
			while (steps <= span_edge(&p->dots, c) / 2)
				steps *= 2;
			return span_column(&p->dots, steps / SETTLED) + 1;
		}
	return 0;
}

/*
 * Fit the y axis to the held-out curves and levels; to noisy training curves only if there is no
 * other. The start of a run, where losses are many times as large as later, does not count where it
 * would stretch the axis: curves come in from outside then.
 */
static void
fit_y(struct plot_frame *p)
{
	const struct scene_view *v = &p->s->view;
	bool context = range_of(p, false, 0).n == 0;
	struct range r = range_of(p, context, 0), settled = range_of(p, context, settled_column(p));

	for (int i = 0; i < p->n; i++)
		if (!p->curve[i].series && !p->curve[i].is_hidden) {
			widen(&r, p->curve[i].level, p->log);
			widen(&settled, p->curve[i].level, p->log);
		}
	if (settled.n >= SAMPLES && settled.most > settled.least &&
	    length_of(&r, p->log) > STRETCH * length_of(&settled, p->log))
		r = settled;
	p->empty = r.n == 0;
	if (p->empty)
		r = (struct range){ p->log ? 0.1 : 0, 1, 0 };
	if (!p->difference && v->y_to[p->which] > v->y_from[p->which])
		r = (struct range){ v->y_from[p->which], v->y_to[p->which], 2 };
	if (p->percent)
		r.least *= 100, r.most *= 100;
	axis_fit(&p->y, r.least, r.most, p->log, p->log ? p->height : p->height / 3 + 2);
}

/* Compute columns, spans and the y axis; a second time where its labels need a wider margin. */
static void
fit_frame(struct plot_frame *p)
{
	for (;;) {
		int width = p->a.width - p->rail.margin, widest = 0;

		p->dots = plot_steps(p->s, width * raster_across(p->set));
		p->rail.x = plot_steps(p->s, width);
		p->broken = mem_array((size_t)width + 1, sizeof *p->broken);
		for (int i = 0; i < p->n; i++) {
			bool raw = p->curve[i].series && !p->curve[i].context &&
				   !p->curve[i].is_other && !p->difference &&
				   p->s->info.run->settings.knobs.smooth > 0;

			if (p->curve[i].series)
				p->span[i] = mem_array((size_t)p->dots.columns, sizeof **p->span);
			if (raw)
				p->raw[i] = mem_array((size_t)p->dots.columns, sizeof **p->raw);
		}
		fold_curves(p);
		fit_y(p);
		if (p->percent)
			axis_percent(&p->y);
		for (int i = 0; i < p->y.n; i++)
			widest = (int)strlen(p->y.tick[i].label) > widest
					 ? (int)strlen(p->y.tick[i].label)
					 : widest;
		if (p->rail.margin < MARGIN || widest < p->rail.margin || p->a.width < widest + 12)
			return;
		plot_frame_release(p);
		p->rail.margin = widest + 1;
	}
}

/* Whether a metric is a share of rows, which is shown in percent. */
static bool
is_share(unsigned metric)
{
	const char *end = strrchr(metric_info(metric)->name, '-');

	return end && (strcmp(end, "-accuracy") == 0 || strcmp(end, "-agreement") == 0);
}

void
plot_frame_make(struct plot_frame *p, const struct scene *s, struct canvas_area a, int which)
{
	*p = (struct plot_frame){ .s = s,
				  .a = a,
				  .which = which,
				  .metric = (unsigned)s->view.plot_metric[which],
				  .difference = curve_difference_is_shown(s) };
	p->log = s->view.log_y[which] && !p->difference;
	p->percent = is_share(p->metric);
	p->set = plot_set(s);
	p->rails = which == 1 || (which == 0 && a.height >= 16) || a.height * 2 > a.canvas->height;
	p->n = curve_list(s, p->metric, p->curve);
	p->rail.ascii = p->set == RASTER_ASCII;
	p->rail.last = curve_last_step(s);
	place_rows(p);
	fit_frame(p);
}

void
plot_frame_release(struct plot_frame *p)
{
	for (int i = 0; i < p->n; i++) {
		mem_free(p->span[i]);
		mem_free(p->raw[i]);
		p->span[i] = p->raw[i] = NULL;
	}
	mem_free(p->broken);
	p->broken = NULL;
}
