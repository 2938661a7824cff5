/* figure_panel.c: the lines of one metric over the steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/figure/figure_panel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"

#define AXIS 0x333333
#define GRID 0xE4E4E4
#define WIDTH 1.2  /* of lines */
#define DENSE 0.6  /* of those whose samples touch each other */
#define MOST 1e100 /* larger values are drawn at the edge */
#define DECADES 60 /* of a logarithmic axis */
#define BIN 0.25   /* points: of more samples, four are drawn in each */

static const struct figure_text tick_text = { .size = 8, .color = AXIS };
static const struct figure_text name_text = { .size = 9, .align = 0.5 };

/* Extend a range by a value, if it can be drawn. */
static void
extend_by(double value, double *least, double *most)
{
	if (!isfinite(value))
		return;
	*least = fmin(*least, fmax(value, -MOST));
	*most = fmax(*most, fmin(value, MOST));
}

/* Extend a range by the values of a line. */
static void
extend_range(const struct figure_line *line, unsigned metric, double *least, double *most)
{
	const struct series *s = figure_series(line, metric);
	size_t n = s ? series_len(s) : 0;
	uint32_t step;
	double v;

	if (!line->level && figure_fork(line, metric, &step, &v))
		extend_by(v, least, most);
	for (size_t i = line->level && n ? n - 1 : 0; i < n; i++) {
		series_get(s, i, &step, &v);
		extend_by(v, least, most);
	}
}

void
figure_panel_axis(const struct figure *f, unsigned metric, struct axis *y)
{
	double least = INFINITY, most = -INFINITY;
	bool is_loss = strcmp(metric_info(metric)->unit, "nats") == 0;

	for (size_t i = 0; i < f->n_lines; i++)
		extend_range(&f->line[i], metric, &least, &most);
	if (!(least <= most)) /* nothing but NaN */
		least = most = 0;
	is_loss = is_loss && least > 0 && most / least > 10 && log10(most / least) < DECADES;
	axis_fit(y, least, most, is_loss, is_loss ? 10 : 7);
}

/* The height of a value between `bottom` and `top`, within them. */
static double
height(const struct axis *y, double value, double top, double bottom)
{
	double share = axis_at(y, value);

	return bottom - (share >= 1 ? 1 : share > 0 ? share : 0) * (bottom - top);
}

/* ---- axes ---- */

static void
draw_axes(const struct figure_layout *l, const struct axis *y, unsigned metric, double top,
	  double bottom, bool steps)
{
	const struct metric_info *m = metric_info(metric);
	struct figure_text t = tick_text, name = name_text;
	char label[80];

	for (int i = 0; i < y->n; i++) {
		double at = height(y, y->tick[i].value, top, bottom);

		if (i > 0)
			figure_layout_line(
				l, (struct figure_point[]){ { l->left, at }, { l->right, at } }, 2,
				0.5, GRID, FIGURE_SOLID);
		t.align = 1;
		figure_layout_text(l, l->left - 5, at + 2.8, &t, y->tick[i].label);
	}
	for (int i = 0; i < l->x.n; i++) {
		double at = figure_layout_x(l, l->x.tick[i].value);

		if (l->x.tick[i].value > l->x.to)
			break;
		figure_layout_line(l, (struct figure_point[]){ { at, bottom }, { at, bottom + 3 } },
				   2, 0.7, AXIS, FIGURE_SOLID);
		t.align = 0.5;
		if (steps)
			figure_layout_text(l, at, bottom + 12, &t, l->x.tick[i].label);
	}
	figure_layout_line(l,
			   (struct figure_point[]){
				   { l->left, top }, { l->left, bottom }, { l->right, bottom } },
			   3, 0.7, AXIS, FIGURE_SOLID);
	snprintf(label, sizeof label, m->unit[0] ? "%s (%s)" : "%s", m->name, m->unit);
	name.upwards = true;
	figure_layout_text(l, 14, (top + bottom) / 2, &name, label);
	if (steps)
		figure_layout_text(l, (l->left + l->right) / 2, bottom + 24, &name_text, "step");
}

/* ---- lines ---- */

/* The points of a line since its last break. */
struct trace {
	const struct figure_layout *l;
	const struct figure_line *line;
	const struct axis *y;
	double top, bottom;
	size_t n, cap;
	struct figure_point *p; /* owned */
	/* points of the last bin: how many, and the first, lowest, highest and last of them */
	long bin;
	size_t in_bin;
	struct {
		struct figure_point p;
		size_t at;
	} first, low, high, last;
	bool thins;
};

static void
add_point(struct trace *t, struct figure_point p)
{
	mem_grow(&t->p, &t->cap, t->n + 1, sizeof *t->p);
	t->p[t->n++] = p;
}

/* Add the points that represent those of the last bin. */
static void
end_bin(struct trace *t)
{
	bool low_first = t->low.at < t->high.at;

	if (t->in_bin == 0)
		return;
	add_point(t, t->first.p);
	if (t->in_bin > 2) {
		add_point(t, low_first ? t->low.p : t->high.p);
		add_point(t, low_first ? t->high.p : t->low.p);
	}
	if (t->in_bin > 1)
		add_point(t, t->last.p);
	t->in_bin = 0;
}

/* Draw the line so far; a single point as a dot. */
static void
end_line(struct trace *t)
{
	end_bin(t);
	if (t->n == 1)
		t->l->pen->dot(t->l->pen->arg, t->p[0].x, t->p[0].y, 1.4,
			       figure_color(t->line->color), true);
	else if (t->n)
		figure_layout_line(t->l, t->p, t->n, t->thins ? DENSE : WIDTH,
				   figure_color(t->line->color), t->line->dash);
	t->n = 0;
}

static void
add_to_bin(struct trace *t, struct figure_point p)
{
	long bin = (long)(p.x / BIN);

	if (t->in_bin && bin != t->bin)
		end_bin(t);
	t->bin = bin;
	t->last.p = p;
	t->last.at = t->in_bin;
	if (t->in_bin == 0)
		t->first = t->low = t->high = t->last;
	if (p.y > t->low.p.y)
		t->low = t->last;
	if (p.y < t->high.p.y)
		t->high = t->last;
	t->in_bin++;
}

static void
add_sample(struct trace *t, uint32_t step, double value)
{
	struct figure_point p = { figure_layout_x(t->l, step), 0 };

	if (!isfinite(value) || (t->y->log && value <= 0)) {
		end_line(t);
		return;
	}
	p.y = height(t->y, value, t->top, t->bottom);
	if (t->thins)
		add_to_bin(t, p);
	else
		add_point(t, p);
}

/* Draw the last score of a teacher over all steps. */
static void
draw_level(struct trace *t, const struct series *s)
{
	uint32_t step;
	double value;

	series_last(s, &step, &value);
	add_sample(t, 0, value);
	add_sample(t, (uint32_t)t->l->x.to, value);
	end_line(t);
}

/* Draw a circle at the step of a fork, on the line from the last sample that it shares with its
 * parent, `at`, to its own first one. */
static void
draw_fork(const struct trace *t, const struct series *s, uint32_t at, double value)
{
	const struct curves_run *r = curves_run(t->line->source->curves, t->line->run);
	double y = height(t->y, value, t->top, t->bottom);
	uint32_t fork = r ? r->fork : at, step;

	series_get(s, 0, &step, &value);
	fork = fork < at ? at : fork;
	if (step > at && isfinite(value) && !(t->y->log && value <= 0))
		y += (height(t->y, value, t->top, t->bottom) - y) * (fork - at) / (step - at);
	t->l->pen->dot(t->l->pen->arg, figure_layout_x(t->l, fork), y, 2.4,
		       figure_color(t->line->color), false);
}

static void
draw_line(const struct figure_layout *l, const struct figure_line *line, unsigned metric,
	  const struct axis *y, double top, double bottom)
{
	struct trace t = { .l = l, .line = line, .y = y, .top = top, .bottom = bottom };
	const struct series *s = figure_series(line, metric);
	uint32_t step, fork = 0;
	double value, at_fork = 0;
	bool forked = !line->level && figure_fork(line, metric, &fork, &at_fork);

	if (s && line->level) {
		draw_level(&t, s);
	} else if (s) {
		t.thins = series_len(s) > (size_t)((l->right - l->left) / BIN);
		if (forked)
			add_sample(&t, fork, at_fork);
		for (size_t i = 0; i < series_len(s); i++) {
			series_get(s, i, &step, &value);
			add_sample(&t, step, value);
		}
		end_line(&t);
	}
	if (s && forked && !(y->log && at_fork <= 0))
		draw_fork(&t, s, fork, at_fork);
	mem_free(t.p);
}

void
figure_panel_draw(const struct figure_layout *l, unsigned metric, double top, double bottom,
		  bool steps)
{
	struct axis y;

	figure_panel_axis(l->f, metric, &y);
	draw_axes(l, &y, metric, top, bottom, steps);
	for (size_t i = l->f->n_lines; i-- > 0;) /* the first line is drawn last */
		draw_line(l, &l->f->line[i], metric, &y, top, bottom);
}
