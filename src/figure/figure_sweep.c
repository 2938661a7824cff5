/* figure_sweep.c: files of a sweep. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/figure/figure_sweep.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/jsonwriter.h"
#include "retort/base/mem.h"
#include "retort/curve/axis.h"
#include "retort/figure/cairo_page.h"
#include "retort/train/metric.h"

enum kind { CSV, JSON, SVG };

int
figure_sweep_kind(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');

	if (!dot)
		return err_set(e, "'%.200s' has no suffix (expected one of %s)", path,
			       FIGURE_SWEEP_SUFFIXES);
	return choice_find(dot + 1, FIGURE_SWEEP_SUFFIXES, "suffix", e);
}

/* ---- tables ---- */

static const char *
value_of(const struct sweep *s, int point, int axis)
{
	return point ? sweep_plan_value(&s->plan, point - 1, axis) : "";
}

static const char *
state_of(const struct sweep_compare *c, int i)
{
	const struct sweep_compare_row *r = &c->row[i];

	return r->diverged         ? "diverged"
	       : r->dropped        ? (r->waits ? "stopped" : "dropped")
	       : i == c->reference ? "reference"
				   : verdict_word_name[r->word];
}

/* A field of a CSV table; NaN: an empty one. */
static void
add_number(double x, struct text *out)
{
	char number[40];

	text_addf(out, ",%s", isfinite(x) ? text_number(number, sizeof number, x) : "");
}

static void
add_field(const char *s, struct text *out)
{
	text_add(out, "\"");
	for (; *s; s++) {
		text_bytes(out, s, 1);
		if (*s == '"')
			text_add(out, "\"");
	}
	text_add(out, "\"");
}

static void
add_csv_row(const struct sweep *s, const struct sweep_compare *c, int i, struct text *out)
{
	const struct sweep_compare_row *r = &c->row[i];
	bool judged = i != c->reference && !r->diverged && !r->dropped, winner = i == c->winner;

	text_addf(out, "%d", r->point);
	for (int k = 0; k < s->plan.n_axes; k++) {
		text_add(out, ",");
		add_field(value_of(s, r->point, k), out);
	}
	text_addf(out, ",%llu", (unsigned long long)r->steps);
	add_number(r->mean, out);
	add_number(r->low, out);
	add_number(r->high, out);
	add_number(judged ? r->against.difference : NAN, out);
	add_number(judged ? r->against.low : NAN, out);
	add_number(judged ? r->against.high : NAN, out);
	add_number(judged ? r->against.p : NAN, out);
	text_addf(out, ",%s", state_of(c, i));
	add_number(winner ? c->winner_mean : i == c->reference ? c->reference_mean : NAN, out);
	text_add(out, "\n");
}

static void
write_csv(const struct sweep *s, const struct sweep_compare *c, struct text *out)
{
	const char *metric = metric_info(s->metric)->name;

	text_add(out, "point");
	for (int k = 0; k < s->plan.n_axes; k++)
		text_addf(out, ",%s", sweep_plan_name(&s->plan, k));
	text_addf(out,
		  ",steps,%s,low,high,difference,difference-low,difference-high,p,verdict,"
		  "%s-other-rows\n",
		  metric, metric);
	for (int i = 0; i < c->n; i++)
		add_csv_row(s, c, i, out);
}

static void
add_json_row(const struct sweep *s, const struct sweep_compare *c, int i, struct jsonwriter *w)
{
	const struct sweep_compare_row *r = &c->row[i];
	bool judged = i != c->reference && !r->diverged && !r->dropped;

	jsonwriter_begin(w, NULL, '{');
	jsonwriter_integer(w, "point", r->point);
	for (int k = 0; r->point && k < s->plan.n_axes; k++)
		jsonwriter_string(w, sweep_plan_name(&s->plan, k), value_of(s, r->point, k));
	jsonwriter_integer(w, "steps", (int64_t)r->steps);
	jsonwriter_number(w, "mean", r->mean);
	jsonwriter_number(w, "low", r->low);
	jsonwriter_number(w, "high", r->high);
	jsonwriter_number(w, "difference", judged ? r->against.difference : NAN);
	jsonwriter_number(w, "difference-low", judged ? r->against.low : NAN);
	jsonwriter_number(w, "difference-high", judged ? r->against.high : NAN);
	jsonwriter_number(w, "p", judged ? r->against.p : NAN);
	jsonwriter_string(w, "verdict", state_of(c, i));
	jsonwriter_end(w, '}');
}

static void
add_json_winner(const struct sweep *s, const struct sweep_compare *c, struct jsonwriter *w)
{
	bool same = c->winner == c->reference;

	jsonwriter_begin(w, "winner", '{');
	jsonwriter_integer(w, "point", c->row[c->winner].point);
	jsonwriter_string(w, "rows", s->on_target ? "target" : "held-out rows that did not rank");
	jsonwriter_integer(w, "n", (int64_t)s->n_confirm);
	jsonwriter_number(w, "mean", c->winner_mean);
	jsonwriter_number(w, "reference", c->reference_mean);
	jsonwriter_number(w, "difference", same ? NAN : c->against.difference);
	jsonwriter_number(w, "difference-low", same ? NAN : c->against.low);
	jsonwriter_number(w, "difference-high", same ? NAN : c->against.high);
	jsonwriter_number(w, "p", same ? NAN : c->against.p);
	jsonwriter_string(w, "verdict", same ? "reference" : verdict_word_name[c->word]);
	jsonwriter_end(w, '}');
}

static int
write_json(const struct sweep *s, const struct sweep_compare *c, struct text *out, struct err *e)
{
	char *bytes = NULL;
	size_t size = 0;
	struct jsonwriter w = { open_memstream(&bytes, &size), false };

	if (!w.out)
		return err_set(e, "no memory for JSON");
	jsonwriter_begin(&w, NULL, '{');
	jsonwriter_string(&w, "metric", metric_info(s->metric)->name);
	jsonwriter_integer(&w, "from", (int64_t)s->from);
	jsonwriter_integer(&w, "steps", (int64_t)s->steps);
	jsonwriter_integer(&w, "seeds", s->n_seeds);
	jsonwriter_integer(&w, "rows", (int64_t)s->n_rank);
	jsonwriter_string(&w, "test", s->seeds > 1 ? "t over seeds" : sweep_compare_name(c->test));
	jsonwriter_integer(&w, "compared", c->compared);
	jsonwriter_begin(&w, "points", '[');
	for (int i = 0; i < c->n; i++)
		add_json_row(s, c, i, &w);
	jsonwriter_end(&w, ']');
	add_json_winner(s, c, &w);
	jsonwriter_end(&w, '}');
	fclose(w.out);
	text_bytes(out, bytes, size);
	text_add(out, "\n");
	free(bytes);
	return 0;
}

/* ---- picture ---- */

#define HEIGHT 260 /* of the page, points */
#define LEFT 60    /* edges of the panel */
#define RIGHT (CAIRO_PAGE_WIDTH - 16)
#define TOP 34
#define BOTTOM (HEIGHT - 44)
#define LABELS 20 /* points that are named under the panel */
#define BLACK 0x222222
#define GREY 0xDDDDDD

struct picture {
	const struct sweep *s;
	const struct sweep_compare *c;
	const char *title;
	struct axis x, y;
	bool numbers; /* x is the value of the only knob; else each point has a place */
};

/* The place of a row on the x axis. */
static double
place_of(const struct picture *p, int i)
{
	double x = i;
	int point = p->c->row[i].point;

	if (p->numbers)
		text_to_double(point ? sweep_plan_value(&p->s->plan, point - 1, 0) : "0", &x);
	return x;
}

static bool
is_drawn(const struct picture *p, int i)
{
	const struct sweep_compare_row *r = &p->c->row[i];

	return !r->diverged && !r->dropped && isfinite(r->mean) && (r->point || !p->numbers);
}

/* The reference where it has no place on an axis of values: a level of its own. NULL: it has one.
 */
static const struct sweep_compare_row *
level_of(const struct picture *p)
{
	const struct sweep_compare_row *r = &p->c->row[p->c->reference];

	return p->numbers && !r->point && !r->diverged && isfinite(r->mean) ? r : NULL;
}

static void
fit_axes(struct picture *p)
{
	const struct sweep_axis *a = &p->s->plan.axis[0];
	double least = INFINITY, most = -INFINITY, low = INFINITY, high = -INFINITY;

	p->numbers = p->s->plan.n_axes == 1 && sweep_axis_is_number(a);
	for (int i = 0; i < p->c->n; i++) {
		const struct sweep_compare_row *r = &p->c->row[i];

		if (!is_drawn(p, i) && r != level_of(p))
			continue;
		if (is_drawn(p, i)) {
			least = fmin(least, place_of(p, i));
			most = fmax(most, place_of(p, i));
		}
		low = fmin(low, isfinite(r->low) ? r->low : r->mean);
		high = fmax(high, isfinite(r->high) ? r->high : r->mean);
	}
	if (!(least <= most))
		least = most = 0;
	if (!(low <= high))
		low = high = 0;
	axis_fit(&p->x, least, most, p->numbers && (a->log || (least > 0 && most / least > 7)), 8);
	axis_fit(&p->y, low, high, false, 7);
	if (!p->numbers)
		p->x = (struct axis){ .from = -1, .to = p->c->n };
}

static double
x_of(const struct picture *p, double x)
{
	return LEFT + axis_at(&p->x, x) * (RIGHT - LEFT);
}

static double
y_of(const struct picture *p, double y)
{
	return BOTTOM - fmin(fmax(axis_at(&p->y, y), 0), 1) * (BOTTOM - TOP);
}

static void
draw_axes(const struct picture *p, const struct figure_pen *pen)
{
	const struct figure_text right = { .size = 8, .color = BLACK, .align = 1 };
	const struct figure_text middle = { .size = 8, .color = BLACK, .align = 0.5 };
	const struct figure_text up = { .size = 9, .color = BLACK, .align = 0.5, .upwards = true };
	const struct figure_stroke grid = { 0.5, GREY, FIGURE_SOLID };

	for (int i = 0; i < p->y.n; i++) {
		double y = y_of(p, p->y.tick[i].value);

		pen->line(pen->arg, (struct figure_point[]){ { LEFT, y }, { RIGHT, y } }, 2, &grid);
		pen->text(pen->arg, LEFT - 5, y + 3, &right, p->y.tick[i].label);
	}
	for (int i = 0; i < p->x.n; i++)
		pen->text(pen->arg, x_of(p, p->x.tick[i].value), BOTTOM + 12, &middle,
			  p->x.tick[i].label);
	pen->text(pen->arg, 14, (TOP + BOTTOM) / 2.0, &up, metric_info(p->s->metric)->name);
}

/* Draw the reference as a dashed line, and its interval as dotted ones. */
static void
draw_level(const struct picture *p, const struct figure_pen *pen)
{
	const struct sweep_compare_row *r = level_of(p);
	uint32_t grey = figure_color(FIGURE_GREY);
	const struct figure_stroke mean = { 1.2, grey, FIGURE_DASHED };
	const struct figure_stroke edge = { 0.6, grey, FIGURE_DOTTED };
	const double value[] = { r ? r->mean : NAN, r ? r->low : NAN, r ? r->high : NAN };

	for (int i = 0; i < 3; i++) {
		double y = y_of(p, value[i]);

		if (isfinite(value[i]))
			pen->line(pen->arg, (struct figure_point[]){ { LEFT, y }, { RIGHT, y } }, 2,
				  i ? &edge : &mean);
	}
}

/* The values of a point, or its number where there are many. */
static void
draw_label(const struct picture *p, const struct figure_pen *pen, int i)
{
	const struct figure_text middle = { .size = 8, .color = BLACK, .align = 0.5 };
	struct text t = { 0 };
	int point = p->c->row[i].point;

	if (p->s->plan.n_axes > 1 || p->c->n > LABELS / 2)
		text_addf(&t, "%d", point);
	else
		text_add(&t, point ? sweep_plan_value(&p->s->plan, point - 1, 0) : "as it is");
	if (p->c->n <= LABELS || point % 10 == 0)
		pen->text(pen->arg, x_of(p, i), BOTTOM + 12, &middle, t.s);
	text_release(&t);
}

static void
draw_point(const struct picture *p, const struct figure_pen *pen, int i)
{
	const struct sweep_compare_row *r = &p->c->row[i];
	uint32_t color = figure_color(i == p->c->reference ? FIGURE_GREY : 0);
	const struct figure_stroke bar = { 1.2, color, FIGURE_SOLID };
	double x = x_of(p, place_of(p, i));
	double low = y_of(p, isfinite(r->low) ? r->low : r->mean);
	double high = y_of(p, isfinite(r->high) ? r->high : r->mean);

	pen->line(pen->arg, (struct figure_point[]){ { x, low }, { x, high } }, 2, &bar);
	pen->line(pen->arg, (struct figure_point[]){ { x - 3, low }, { x + 3, low } }, 2, &bar);
	pen->line(pen->arg, (struct figure_point[]){ { x - 3, high }, { x + 3, high } }, 2, &bar);
	pen->dot(pen->arg, x, y_of(p, r->mean), 2.6, color, i == p->c->winner);
	if (!p->numbers)
		draw_label(p, pen, i);
}

static void
draw_picture(const void *arg, const struct figure_pen *pen)
{
	const struct picture *p = arg;
	const struct figure_text title = { .size = 10, .color = BLACK, .bold = true };
	const struct figure_text below = { .size = 9, .color = BLACK, .align = 0.5 };
	const struct figure_text small = { .size = 7.5, .color = BLACK, .align = 1 };
	struct text names = { 0 };

	for (int i = 0; i < p->s->plan.n_axes; i++)
		text_item(&names, "%s", sweep_plan_name(&p->s->plan, i));
	draw_axes(p, pen);
	draw_level(p, pen);
	for (int i = 0; i < p->c->n; i++)
		if (is_drawn(p, i))
			draw_point(p, pen, i);
	pen->text(pen->arg, LEFT, 16, &title, p->title);
	pen->text(pen->arg, (LEFT + RIGHT) / 2.0, BOTTOM + 26, &below, text_get(&names));
	pen->text(pen->arg, RIGHT, HEIGHT - 5, &small,
		  level_of(p) ? "95 % intervals; dashed: the reference, dotted: its interval; "
				"filled: the winner"
			      : "95 % intervals; grey: the reference; filled: the winner");
	text_release(&names);
}

static double
picture_height(const void *arg, const struct figure_pen *pen)
{
	(void)arg, (void)pen;
	return HEIGHT;
}

int
figure_sweep_make(const struct sweep *s, const struct sweep_compare *c, const char *title, int kind,
		  struct text *out, struct err *e)
{
	struct picture p = { .s = s, .c = c, .title = title };
	struct cairo_page page = { &p, picture_height, draw_picture };

	if (kind == JSON)
		return write_json(s, c, out, e);
	if (kind == CSV) {
		write_csv(s, c, out);
		return 0;
	}
	fit_axes(&p);
	return cairo_page_make(&page, (enum cairo_page_kind)(kind - SVG), out, e);
}
