/* plot.c: curves on axes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/screen/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/screen/rail.h"

const char *
plot_number(char *buf, size_t size, double x)
{
	double big = fabs(x);

	if (!isfinite(x))
		snprintf(buf, size, "-");
	else if (big >= 1e5 || (big > 0 && big < 1e-3))
		snprintf(buf, size, "%.1e", x);
	else
		snprintf(buf, size, big < 10 ? "%.4f" : big < 1000 ? "%.2f" : "%.0f", x);
	return buf;
}

/* A teacher's last score in the terms of a held-out metric; NaN where it has none. */
static double
teacher_level(const struct lab_net *t, unsigned metric)
{
	if (!t->ready)
		return NAN;
	return metric == METRIC_VAL_NLL ? t->last.nll : metric == METRIC_VAL_ACCURACY ? t->last.accuracy :
	       metric == METRIC_VAL_ECE ? t->last.ece : NAN;
}

static void
add_curve(const struct scene *s, struct plot_curve *curve, int *n, unsigned branch, unsigned metric, const char *name)
{
	static const char glyphs[] = "*o+x#%@&$~";
	struct plot_curve *c = &curve[*n];

	if (!s->series[branch][metric])
		return;
	*c = (struct plot_curve){ .series = s->series[branch][metric], .look = CANVAS_CURVE1 + branch % 6,
				  .pattern = branch == LAB_PLAIN, .glyph = glyphs[branch] };
	snprintf(c->name, sizeof c->name, "%s", name);
	(*n)++;
}

int
plot_curves(const struct scene *s, unsigned metric, struct plot_curve *curve)
{
	const struct lab_info *info = &s->info;
	int n = 0, k = s->view.branch - 2;

	if (k >= 0 && k < info->n_teachers) {
		add_curve(s, curve, &n, (unsigned)s->view.branch, metric, info->teacher[k].name);
		return n;
	}
	for (int t = 0; t < info->n_teachers; t++) {
		double level = teacher_level(&info->teacher[t], metric);

		if (!isfinite(level))
			continue;
		curve[n] = (struct plot_curve){ .level = level, .look = CANVAS_CURVE1 + LAB_TEACHER(t) % 6,
						.pattern = 2, .glyph = '.' };
		snprintf(curve[n++].name, sizeof curve->name, "%s", info->teacher[t].name);
	}
	add_curve(s, curve, &n, LAB_PLAIN, metric, "no teacher");
	add_curve(s, curve, &n, LAB_MAIN, metric, "student");
	return n;
}

struct plot_scale
plot_steps(const struct scene *s, int width)
{
	struct plot_scale p = { .width = width, .log = s->view.log_x };
	uint32_t last = 0, step;
	double value;

	if (s->view.x_to > s->view.x_from) {
		p.from = s->view.x_from;
		p.to = s->view.x_to;
		return p;
	}
	for (int b = 0; b < LAB_BRANCHES; b++)
		for (int m = 0; m < METRIC_COUNT; m++)
			if ((s->view.branch == b || (s->view.branch == LAB_MAIN && b == LAB_PLAIN)) && s->series[b][m] &&
			    series_last(s->series[b][m], &step, &value) && step > last)
				last = step;
	p.to = axis_page(last + 1);
	return p;
}

uint32_t
plot_step(const struct plot_scale *p, int x)
{
	double part = (double)x / p->width;

	if (!p->log) /* in whole numbers: a column is the same steps at every redraw */
		return p->from + (uint32_t)((uint64_t)(p->to - p->from) * (uint64_t)x / (uint64_t)p->width);
	return (uint32_t)lround((p->from + 1.0) * pow((p->to + 1.0) / (p->from + 1.0), part) - 1);
}

int
plot_column(const struct plot_scale *p, uint32_t step)
{
	int lo = 0, hi = p->width;

	if (step < p->from || step >= p->to)
		return -1;
	while (hi - lo > 1) { /* the last column that begins at or before the step */
		int mid = (lo + hi) / 2;

		if (plot_step(p, mid) <= step)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static bool
is_drawn(int x, int pattern)
{
	return pattern == 0 || (pattern == 1 ? x % 8 < 5 : x % 4 == 0);
}

static int
row_of(const struct axis *y, double value, int rows)
{
	double at = axis_at(y, value);

	at = at < 0 ? 0 : at > 1 ? 1 : at;
	return (int)lround((1 - at) * (rows - 1));
}

void
plot_curve(struct raster *r, const struct plot_scale *x, const struct axis *y, const struct plot_curve *c)
{
	int rows = r->height * r->per_y, last_x = -1, last_y = 0;

	for (int i = 0; i < x->width; i++) {
		struct series_bucket b;
		int first;

		if (!c->series) {
			if (is_drawn(i, c->pattern))
				raster_dot(r, i, row_of(y, c->level, rows));
			continue;
		}
		b = series_fold(c->series, plot_step(x, i), plot_step(x, i + 1));
		if (b.broken)
			last_x = -1; /* no finite number: the line ends here */
		if (b.count == 0 || (y->log && b.max <= 0))
			continue;
		first = row_of(y, b.first, rows);
		if (last_x >= 0 && (c->pattern == 0 || is_drawn(i, c->pattern)))
			raster_line(r, c->pattern ? i : last_x, c->pattern ? first : last_y, i, first);
		if (is_drawn(i, c->pattern) || last_x < 0)
			raster_line(r, i, row_of(y, b.min, rows), i, row_of(y, b.max, rows));
		last_x = b.broken ? -1 : i;
		last_y = row_of(y, b.last, rows);
	}
}

/* Limits that hold everything drawn; log needs the smallest positive value. False when there is nothing. */
static bool
fit(struct axis *y, const struct plot_scale *x, const struct plot_curve *curve, int n, bool log, int ticks)
{
	double least = INFINITY, most = -INFINITY;

	for (int i = 0; i < n; i++) {
		struct series_bucket b = { .count = 1, .min = (float)curve[i].level, .max = (float)curve[i].level };

		for (int col = 0; col < (curve[i].series ? x->width : 1); col++) {
			if (curve[i].series)
				b = series_fold(curve[i].series, plot_step(x, col), plot_step(x, col + 1));
			if (b.count == 0)
				continue;
			most = b.max > most ? b.max : most;
			if (b.min < least && (!log || b.min > 0))
				least = b.min;
		}
	}
	if (most < least && !(log && isfinite(most)))
		return false;
	axis_fit(y, isfinite(least) ? least : most, most, log, ticks);
	return true;
}

/* Name, scale, and each curve with its last value or, with the cursor on, its value there. */
static void
draw_title(const struct scene *s, struct canvas_area a, int which, const struct plot_curve *curve, int n)
{
	static const char *const samples[] = { "\u2501", "\u254C", "\u2508" };
	const struct metric_info *m = metric_info((unsigned)s->view.plot_metric[which]);
	bool focused = s->view.focus == which;
	char number[32];
	int x = canvas_text(a, 0, 0, focused ? CANVAS_FOCUS : CANVAS_BOLD, m->name);

	if (s->view.log_y[which])
		x = canvas_text(a, x + 2, 0, CANVAS_DIM, "log");
	if (s->info.knobs.smooth > 0)
		x = canvas_textf(a, x + 2, 0, CANVAS_DIM, "smooth %.3g", s->info.knobs.smooth);
	if (s->view.cursor_on)
		x = canvas_textf(a, x + 2, 0, CANVAS_MARK, "@%u", s->view.cursor);
	for (int i = n - 1; i >= 0; i--) {
		const struct plot_curve *c = &curve[i];
		double value = c->level;
		uint32_t step = UINT32_MAX;

		if (c->series && !series_at(c->series, s->view.cursor_on ? s->view.cursor : step, &step, &value))
			value = NAN;
		x += 2;
		if (scene_ascii(s))
			canvas_put(a, x, 0, (unsigned char)c->glyph, c->look);
		else
			canvas_text(a, x, 0, c->look, samples[c->pattern]);
		x = canvas_textf(a, x + 2, 0, CANVAS_PLAIN, "%s ", c->name);
		x = canvas_text(a, x, 0, c->look, plot_number(number, sizeof number, value));
	}
}

static void
draw_y(const struct scene *s, struct canvas_area a, const struct axis *y, int label, int rows)
{
	int last = -2;

	for (int row = 0; row < rows; row++)
		canvas_text(a, label, 1 + row, CANVAS_DIM, scene_ascii(s) ? "|" : "\u2502");
	for (int i = y->n - 1; i >= 0; i--) {
		int row = row_of(y, y->tick[i].value, rows);

		if (row == last)
			continue;
		last = row;
		canvas_text(a, label - (int)strlen(y->tick[i].label), 1 + row, CANVAS_DIM, y->tick[i].label);
		canvas_text(a, label, 1 + row, CANVAS_DIM, scene_ascii(s) ? "+" : "\u2524");
	}
}

/* Ticks on 1-2-5 steps, as many as leave a blank between their labels. */
static void
draw_x(const struct scene *s, struct canvas_area a, const struct plot_scale *x, int left, int per_x, int row)
{
	uint32_t range = x->to - x->from, every = range / (uint32_t)((a.width - left) / 8 + 1);
	uint32_t step = 1;
	int end = 0;
	char label[16];

	while (step < every && step < 0x80000000u)
		step *= 2;
	canvas_text(a, left - 1, row, CANVAS_DIM, scene_ascii(s) ? "+" : "\u2514");
	for (int i = left; i < a.width; i++)
		canvas_text(a, i, row, CANVAS_DIM, scene_ascii(s) ? "-" : "\u2500");
	for (uint64_t t = (x->from + step - 1) / step * (uint64_t)step; t < x->to; t += step) {
		int col = plot_column(x, (uint32_t)t), at = left + col / per_x;

		axis_step((uint32_t)t, label, sizeof label);
		if (col < 0 || at < end || at + (int)strlen(label) > a.width)
			continue;
		canvas_text(a, at, row, CANVAS_DIM, scene_ascii(s) ? "+" : "\u252C");
		end = canvas_text(a, at, row + 1, CANVAS_DIM, label) + 1;
		if (x->log)
			step *= 2, t = t ? t : 1;
	}
}

static enum raster_kind
kind_of(const struct scene *s)
{
	if (scene_ascii(s))
		return RASTER_ASCII;
	if (s->info.knobs.charset == KNOB_QUADRANTS || (s->info.knobs.charset == KNOB_CHARSET_AUTO && !s->braille))
		return RASTER_QUADRANTS;
	return RASTER_BRAILLE;
}

/* Painter's order, a cell belongs to one curve: dots of two merged would be a false colour. */
static void
draw_curves(struct canvas_area a, struct raster *r, const struct plot_scale *x, const struct axis *y,
	    const struct plot_curve *curve, int n)
{
	for (int i = 0; i < n; i++) {
		raster_clear(r);
		plot_curve(r, x, y, &curve[i]);
		for (int cy = 0; cy < r->height; cy++)
			for (int cx = 0; cx < r->width; cx++) {
				uint32_t ch = raster_cell(r, cx, cy, curve[i].glyph);

				if (ch)
					canvas_put(a, cx, cy, ch, curve[i].look);
			}
	}
}

static void
draw_cursor(const struct scene *s, struct canvas_area a, const struct plot_scale *x, int per_x)
{
	int col = s->view.cursor_on ? plot_column(x, s->view.cursor) : -1;

	for (int y = 0; col >= 0 && y < a.height; y++)
		canvas_text(a, col / per_x, y, CANVAS_MARK, scene_ascii(s) ? "|" : "\u2502");
}

static int
label_width(const struct axis *y)
{
	int width = 4;

	for (int i = 0; i < y->n; i++)
		width = (int)strlen(y->tick[i].label) > width ? (int)strlen(y->tick[i].label) : width;
	return width + 1;
}

void
plot_draw(const struct scene *s, struct canvas_area a, int which)
{
	struct plot_curve curve[PLOT_CURVES];
	int n = plot_curves(s, (unsigned)s->view.plot_metric[which], curve), under, rows, left;
	struct plot_scale x;
	struct axis y;
	struct raster r;
	struct canvas_area inner;

	draw_title(s, a, which, curve, n);
	under = a.height >= 19 ? rail_rows(s) : a.height >= 9 && rail_rows(s) ? 1 : 0;
	under = under > a.height / 4 ? a.height / 4 : under;
	rows = a.height - 3 - under;
	if (rows < 1 || a.width < 12)
		return;
	x = plot_steps(s, a.width);
	if (!fit(&y, &x, curve, n, s->view.log_y[which], rows / 2 + 1)) {
		canvas_text(a, 2, 1 + rows / 2, CANVAS_DIM, "nothing measured yet");
		return;
	}
	left = label_width(&y) + 1;
	raster_init(&r, kind_of(s), a.width - left, rows);
	x = plot_steps(s, r.width * r.per_x);
	inner = canvas_cut(a, left, 1, r.width, rows);
	draw_y(s, a, &y, left - 1, rows);
	draw_x(s, a, &x, left, r.per_x, 1 + rows);
	rail_lines(s, inner, &x, r.per_x);
	draw_cursor(s, inner, &x, r.per_x);
	draw_curves(inner, &r, &x, &y, curve, n);
	if (under)
		rail_draw(s, canvas_cut(a, 0, 3 + rows, a.width, under), left, &x, r.per_x);
	raster_release(&r);
}
