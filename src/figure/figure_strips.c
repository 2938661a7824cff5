/* figure_strips.c: the values of changed knobs over the steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/figure/figure_strips.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/conf/knob.h"

#define HEIGHT 20  /* of a strip: values above their line */
#define LINE_TOP 9 /* of the line, from the top of the strip */
#define RAMP_POINTS 64
#define LABELS 64 /* values written in one strip */

static const struct figure_text name_text = { .size = 8, .color = 0x333333, .align = 1 };
static const struct figure_text value_text = { .size = 7 };

/* A strip: the knob, its range over all lines, and where values are written. */
struct strip {
	const struct figure_layout *l;
	int knob;
	double y, least, most;
	size_t n_labels;
	struct {
		double from, to;
	} label[LABELS];
};

/* Marker i if it changes the knob of a line, else NULL. */
static const struct curves_mark *
change(const struct figure *f, size_t i, int knob, const struct figure_line *line)
{
	return f->mark[i]->knob == knob && f->owner[i] == line ? f->mark[i] : NULL;
}

/* The step at which the value of marker i is replaced, or the last one. */
static uint32_t
end_step(const struct figure *f, size_t i)
{
	for (size_t k = i + 1; k < f->n_marks; k++)
		if (change(f, k, f->mark[i]->knob, f->owner[i]))
			return f->mark[k]->step;
	return f->last;
}

/* Extend the range by a value. */
static void
extend_range(struct strip *s, double value)
{
	s->least = fmin(s->least, value);
	s->most = fmax(s->most, value);
}

/* Points along a ramp, and of a constant value its two ends. */
static int
points(const struct curves_mark *m)
{
	return m->ramp.n ? RAMP_POINTS : 2;
}

/* The step of point k of a marker whose value is replaced at step `end`. */
static uint32_t
point_step(const struct curves_mark *m, uint32_t end, int k)
{
	uint64_t from = m->step, to = end;

	return (uint32_t)(from + (to - from) * (uint64_t)k / (uint64_t)(points(m) - 1));
}

/* The step at which a line begins: 0, or that of its fork. */
static uint32_t
first_step(const struct figure_line *line)
{
	const struct curves_run *r = curves_run(line->source->curves, line->run);

	return r && r->parent ? r->fork : 0;
}

/* Find the range of values. */
static void
find_range(struct strip *s)
{
	const struct figure *f = s->l->f;

	s->least = INFINITY;
	s->most = -INFINITY;
	for (size_t i = 0; i < f->n_marks; i++) {
		const struct curves_mark *m = f->mark[i];
		uint32_t end = m->knob == s->knob ? end_step(f, i) : 0;

		if (m->knob != s->knob)
			continue;
		if (m->step > first_step(f->owner[i]))
			extend_range(s, m->from);
		for (int k = 0; k < points(m); k++)
			extend_range(s, curves_mark_value(m, point_step(m, end, k)));
	}
}

static struct figure_point
place(const struct strip *s, uint32_t step, double value)
{
	double share = s->most > s->least ? (value - s->least) / (s->most - s->least) : 0.5;

	share = isfinite(share) ? share : 0.5; /* a range that overflows */
	return (struct figure_point){ figure_layout_x(s->l, step),
				      s->y + HEIGHT - 3 - share * (HEIGHT - 3 - LINE_TOP) };
}

/* Write a value from x on, unless another one is there. */
static void
write_value(struct strip *s, double x, double value, uint32_t color)
{
	struct figure_text t = value_text;
	char text[40];
	double to;

	t.color = color;
	curves_knob_value(s->knob, value, text, sizeof text);
	to = x + s->l->pen->width(s->l->pen->arg, &t, text);
	if (to > s->l->right + 8) {
		x -= to - s->l->right;
		to = s->l->right;
	}
	for (size_t i = 0; i < s->n_labels; i++)
		if (x < s->label[i].to + 2 && to > s->label[i].from - 2)
			return;
	if (s->n_labels == LABELS)
		return;
	s->label[s->n_labels].from = x;
	s->label[s->n_labels++].to = to;
	figure_layout_text(s->l, x, s->y + LINE_TOP - 2, &t, text);
}

/* The points of a line in a strip. */
struct trace {
	size_t n, cap;
	struct figure_point *p; /* owned */
};

static void
add_point(struct trace *t, struct figure_point p)
{
	mem_grow(&t->p, &t->cap, t->n + 1, sizeof *t->p);
	t->p[t->n++] = p;
}

/* Add the values of marker i up to the next one; return the last. */
static double
add_change(struct strip *s, struct trace *t, size_t i, uint32_t color)
{
	const struct figure *f = s->l->f;
	const struct curves_mark *m = f->mark[i];
	uint32_t end = end_step(f, i);
	double value = 0;

	for (int k = 0; k < points(m); k++) {
		uint32_t step = point_step(m, end, k);

		value = curves_mark_value(m, step);
		add_point(t, place(s, step, value));
	}
	write_value(s, figure_layout_x(s->l, m->step) + 1, curves_mark_value(m, m->step), color);
	if (m->ramp.n && ramp_end(&m->ramp) <= end)
		write_value(s, figure_layout_x(s->l, (double)ramp_end(&m->ramp)) + 1,
			    ramp_last(&m->ramp), color);
	return value;
}

/* Draw the values of a line's knob from its first step to the last. The value before a change at
 * the first step was never in force. */
static void
draw_values(struct strip *s, const struct figure_line *line)
{
	uint32_t color = figure_color(line->color), first = first_step(line);
	struct trace t = { 0 };
	double before = 0;

	for (size_t i = 0; i < s->l->f->n_marks; i++) {
		const struct curves_mark *m = change(s->l->f, i, s->knob, line);

		if (!m)
			continue;
		if (t.n == 0 && m->step > first) {
			before = m->from;
			add_point(&t, place(s, first, before));
			write_value(s, figure_layout_x(s->l, first) + 1, before, color);
		}
		if (t.n)
			add_point(&t, place(s, m->step, before));
		before = add_change(s, &t, i, color);
	}
	if (t.n)
		figure_layout_line(s->l, t.p, t.n, 1, color, FIGURE_SOLID);
	mem_free(t.p);
}

static void
draw_strip(const struct figure_layout *l, int knob, double y)
{
	struct strip s = { .l = l, .knob = knob, .y = y };
	char name[80];

	find_range(&s);
	figure_layout_fit(l, &name_text, knob_table[knob].name, l->left - 6, name, sizeof name);
	figure_layout_text(l, l->left - 5, y + HEIGHT - 5, &name_text, name);
	figure_layout_line(l,
			   (struct figure_point[]){ { l->left, y + HEIGHT - 0.5 },
						    { l->right, y + HEIGHT - 0.5 } },
			   2, 0.4, 0xCCCCCC, FIGURE_SOLID);
	for (size_t i = 0; i < l->f->n_lines; i++)
		draw_values(&s, &l->f->line[i]);
}

double
figure_strips_draw(const struct figure_layout *l, double y)
{
	int drawn[FIGURE_STRIPS], n = 0;

	for (size_t i = 0; i < l->f->n_marks && n < FIGURE_STRIPS; i++) {
		int knob = l->f->mark[i]->knob, k = 0;

		while (k < n && drawn[k] != knob)
			k++;
		if (knob < 0 || k < n)
			continue;
		drawn[n++] = knob;
		if (l->draws)
			draw_strip(l, knob, y);
		y += HEIGHT;
	}
	return n ? y + 2 : y;
}
