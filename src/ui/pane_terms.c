/* pane_terms.c: the terms of the loss: share of the gradient, weight, raw and weighted value. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/kd/losses/loss_table.h"
#include "retort/curve/axis.h"
#include "retort/ui/chart.h"
#include "retort/ui/curve.h"
#include "retort/ui/layout.h"
#include "retort/ui/pair_text.h"
#include "retort/ui/pane.h"
#include "retort/ui/plot.h"

#define TERMS ((int)LOSS_OUTPUTS + TRAIN_MAPS)
#define CHART_ROWS 5 /* least height of the chart */
#define CHART_MARGIN 6
#define FIGURES 24     /* columns of the figures beside it, in a pane twice as wide */
#define NAME_WIDTH 15  /* cells of a term's name in a table of TABLE_WIDTH */
#define TABLE_WIDTH 48 /* cells of "# big:2 s:1     93%      0.5    0.123    0.0123" */
#define EXTRA_WIDTH 24 /* cells of "map2" before the name of a pair and its loss after it */

#define NO_SHARES "no shares before the first evaluation"
#define ONE_TERM "the only term has the whole gradient"

struct term {
	char name[NET_NAME + 48];
	char slot[16];                 /* of a pair: "map2 ", as in `balance` and in metrics */
	const char *match;             /* of a pair: name of its loss; NULL */
	unsigned share, raw, weighted; /* metric ids */
	double weight;
	const struct curve_stroke *stroke;
	uint32_t sign; /* of the stroke, in the table and the bar */
	enum canvas_style style;
};

/* Lines that differ without colour; after the last, the first with the next style. */
static const struct curve_stroke strokes[] = {
	{ '*', 0x2501, 1, 0 }, { 'o', 0x254D, 4, 2 }, { '+', 0x2505, 2, 2 },
	{ 'x', 0x2509, 1, 2 }, { '%', 0x254C, 3, 4 }, { '@', 0x2504, 1, 4 },
};
#define STROKES (int)(sizeof strokes / sizeof *strokes)

static void
set_term(struct term *t, int i, bool ascii, unsigned share, unsigned raw, unsigned weighted)
{
	t->share = share;
	t->raw = raw;
	t->weighted = weighted;
	t->stroke = &strokes[i % STROKES];
	t->sign = ascii ? (unsigned char)t->stroke->glyph : t->stroke->sample;
	t->style = (enum canvas_style)(CANVAS_CURVE1 + (i + i / STROKES) % 6);
}

/* Name a pair "big:3 s:1 att"; the teacher's name is cut so that the layers fit. */
static void
name_pair(const struct scene *s, const struct layer_pair *m, struct term *t)
{
	const struct net_info *net = &s->info.teacher[m->teacher];
	char layers[48], tap[8];
	int n = snprintf(layers, sizeof layers, ":%s s:%s%s", net->layer[m->t_layer].name,
			 s->info.run->student.layer[m->s_layer].name,
			 pair_text_tap(m->on, tap, sizeof tap));
	int room = n + 3 < NAME_WIDTH ? NAME_WIDTH - n : 3;

	snprintf(t->name, sizeof t->name, "%.*s%s", room, net->name, layers);
}

/* List ce and kd, the other output losses with a weight, and the mapped pairs. Returns how many. */
static int
list_terms(const struct scene *s, struct term out[TERMS])
{
	bool ascii = plot_set(s) == RASTER_ASCII;
	int n = 0;

	for (unsigned i = 0; i < LOSS_OUTPUTS; i++) {
		if (i > LOSS_OUTPUT_kd &&
		    loss_weight(loss_table[i], &s->info.run->settings.knobs) <= 0)
			continue;
		snprintf(out[n].name, sizeof out[n].name, "%s", loss_table[i]->name);
		set_term(&out[n], n, ascii, metric_output(i, METRIC_SHARE),
			 metric_output(i, METRIC_TRAIN), metric_output(i, METRIC_WEIGHTED));
		out[n++].weight = loss_weight(loss_table[i], &s->info.run->settings.knobs);
	}
	for (int i = 0; i < s->info.run->settings.n_maps && i < TRAIN_MAPS; i++, n++) {
		const struct layer_pair *m = &s->info.run->settings.map[i];

		name_pair(s, m, &out[n]);
		snprintf(out[n].slot, sizeof out[n].slot, "map%u ", m->slot + 1);
		out[n].match = m->match->name;
		set_term(&out[n], n, ascii, metric_map(m->slot, METRIC_SHARE),
			 metric_map(m->slot, METRIC_TRAIN), metric_map(m->slot, METRIC_WEIGHTED));
		out[n].weight = m->weight;
	}
	return n;
}

/* The student's last sample of a metric at or before a step; NaN where there is none. */
static double
value_at(const struct scene *s, unsigned metric, uint32_t step)
{
	const struct series *series = scene_series(s, BRANCH_STUDENT, metric);
	uint32_t at;
	double value;

	return series && series_at(series, step, &at, &value) ? value : NAN;
}

/* The sample at the last evaluation, the step at which shares are measured. Values of the current
 * step would change too fast to be read. */
static double
last_value(const struct scene *s, unsigned metric)
{
	const struct series *evaluated = scene_series(s, BRANCH_STUDENT, METRIC_VAL_NLL);
	uint32_t step = UINT32_MAX;
	double value;

	if (evaluated)
		series_last(evaluated, &step, &value);
	return value_at(s, metric, step);
}

/* Format with three digits: all values change at each evaluation, and each digit costs bytes. */
static const char *
format_value(double x, char *buf, size_t size)
{
	snprintf(buf, size, isfinite(x) ? "%.3g" : "-", x);
	return buf;
}

/* Compute where each term ends in a stacked bar of length 1. False where no share is known. */
static bool
stack_shares(const struct scene *s, const struct term *t, int n, uint32_t step, double end[TERMS])
{
	double sum = 0;

	for (int k = 0; k < n; k++) {
		double x = value_at(s, t[k].share, step);

		end[k] = sum += isfinite(x) && x > 0 ? x : 0;
	}
	for (int k = 0; k < n && sum > 0; k++)
		end[k] /= sum;
	return sum > 0;
}

/* The term at the middle of cell i of a stacked bar of `parts` cells. */
static const struct term *
term_at(const struct term *t, int n, const double end[TERMS], int i, int parts)
{
	int k = 0;

	while (k + 1 < n && end[k] * parts <= i + 0.5)
		k++;
	return &t[k];
}

/* Draw the share of each term by step, as a line. A single term has all: nothing to draw. */
static void
draw_history(const struct scene *s, const struct term *t, int n, struct canvas_area a)
{
	struct chart_line line[TERMS];
	struct axis y = { 0 };

	for (int k = 0; k < n; k++)
		line[k] = (struct chart_line){ scene_series(s, BRANCH_STUDENT, t[k].share),
					       t[k].style, t[k].stroke };
	axis_fit(&y, 0, 100, false, a.height / 3 + 2);
	axis_percent(&y);
	chart_draw(s, a, line, n, &y, a.width >= 24 ? CHART_MARGIN : 0);
}

/* Draw the latest shares as one horizontal bar. */
static void
draw_bar(const struct scene *s, const struct term *t, int n, struct canvas_area a)
{
	double end[TERMS];

	if (!stack_shares(s, t, n, UINT32_MAX, end))
		canvas_text(a, 0, 0, CANVAS_DIM, NO_SHARES);
	else
		for (int c = 0; c < a.width; c++)
			canvas_put(a, c, 0, term_at(t, n, end, c, a.width)->sign,
				   term_at(t, n, end, c, a.width)->style);
}

/* Columns right of the name; `least`: width of the table from which the column is shown. */
static const struct {
	const char *name;
	int width, least;
} columns[] = {
	{ "share", 6, 0 },
	{ "weight", 9, 34 },
	{ "raw", 9, 26 },
	{ "weighted", 10, TABLE_WIDTH },
};
enum { SHARE, WEIGHT, RAW, WEIGHTED, COLUMNS_N };

/* Cell at which the first column begins. */
static int
first_column(int width)
{
	int x = width;

	for (int k = 0; k < COLUMNS_N; k++)
		x -= width >= columns[k].least ? columns[k].width : 0;
	return x;
}

static void
format_cell(const struct scene *s, const struct term *t, int k, char *buf, size_t size)
{
	double x = k == SHARE    ? value_at(s, t->share, UINT32_MAX)
		   : k == WEIGHT ? t->weight
				 : last_value(s, k == RAW ? t->raw : t->weighted);

	if (k == SHARE)
		snprintf(buf, size, isfinite(x) ? "%.0f%%" : "-", x * 100);
	else
		format_value(x, buf, size);
}

/* Draw "map2 big:1 s:1 rkd-distance"; without slot or loss where there is no room. */
static void
draw_name(const struct term *t, struct canvas_area a, int room)
{
	int name = text_width(t->name), slot = text_width(t->slot), x = 0;

	if (slot + name <= room)
		x = canvas_text(a, x, 0, CANVAS_DIM, t->slot);
	x = canvas_text(a, x, 0, CANVAS_PLAIN, t->name) + 1;
	if (t->match && x + text_width(t->match) <= room)
		canvas_text(a, x, 0, CANVAS_DIM, t->match);
}

/* Draw a term; highlighted where its share is below 0.5 %. */
static void
draw_term(const struct scene *s, const struct term *t, struct canvas_area a)
{
	double share = value_at(s, t->share, UINT32_MAX);
	int x = first_column(a.width);
	char buf[32];

	canvas_put(a, 0, 0, t->sign, t->style);
	draw_name(t, canvas_cut(a, 2, 0, x - 2, 1), x - 2);
	for (int k = 0; k < COLUMNS_N; k++) {
		if (a.width < columns[k].least)
			continue;
		x += columns[k].width;
		format_cell(s, t, k, buf, sizeof buf);
		canvas_text_right(a, x, 0, CANVAS_PLAIN, buf);
	}
	if (isfinite(share) && share < 0.005)
		canvas_paint(a, 2, 0, a.width - 2, CANVAS_WARN);
}

static void
draw_table(const struct scene *s, const struct term *t, int n, struct canvas_area a)
{
	int x = first_column(a.width);

	canvas_text(a, 2, 0, CANVAS_DIM, "term");
	for (int k = 0; k < COLUMNS_N; k++)
		if (a.width >= columns[k].least) {
			x += columns[k].width;
			canvas_text_right(a, x, 0, CANVAS_DIM, columns[k].name);
		}
	for (int i = 0; i < n && 1 + i < a.height; i++) {
		if (2 + i == a.height && i + 1 < n) {
			canvas_textf(a, 2, 1 + i, CANVAS_DIM, "and %d more", n - i);
			return;
		}
		draw_term(s, &t[i], canvas_cut(a, 0, 1 + i, a.width, 1));
	}
}

/* Draw figures that explain the terms, one a row, then the metrics of active losses. */
static void
draw_figures(const struct scene *s, struct canvas_area a)
{
	static const struct {
		const char *name;
		unsigned metric;
	} figures[] = {
		{ "KL at T = 1", METRIC_TRAIN_KL },
		{ "  held-out", METRIC_VAL_KL },
		{ "lr", METRIC_LR },
		{ "|gradient|", METRIC_GRAD_NORM },
	};
	char buf[32];
	int y = 0;

	for (; y < 4; y++) {
		canvas_text(a, 0, y, CANVAS_DIM, figures[y].name);
		canvas_text(a, 13, y, CANVAS_PLAIN,
			    format_value(last_value(s, figures[y].metric), buf, sizeof buf));
	}
	for (unsigned i = 0; i < LOSS_OUTPUTS; i++) {
		if (!loss_table[i]->state_metric ||
		    loss_weight(loss_table[i], &s->info.run->settings.knobs) <= 0)
			continue;
		canvas_text(a, 0, y, CANVAS_DIM,
			    pane_brief(loss_table[i]->state_metric, 12, buf, sizeof buf));
		canvas_text(a, 13, y++, CANVAS_PLAIN,
			    format_value(last_value(s, metric_find(loss_table[i]->state_metric)),
					 buf, sizeof buf));
	}
}

/* Whether there are shares of several terms, of which a chart says more than a figure. */
static bool
has_chart(const struct scene *s, const struct term *t, int n)
{
	double end[TERMS];

	return n > 1 && stack_shares(s, t, n, UINT32_MAX, end);
}

/* Table at the right, chart at the left. */
static void
draw_wide(const struct scene *s, const struct term *t, int n, struct canvas_area a)
{
	bool extra = a.width >= TABLE_WIDTH + EXTRA_WIDTH + 48;
	int table = extra ? TABLE_WIDTH + EXTRA_WIDTH : TABLE_WIDTH, room = a.width - table - 2;

	draw_table(s, t, n, canvas_cut(a, a.width - table, 1, table, a.height - 1));
	if (a.height > n + 6)
		draw_figures(s, canvas_cut(a, a.width - table, n + 3, table, a.height - n - 3));
	if (has_chart(s, t, n))
		draw_history(s, t, n, canvas_cut(a, 0, 1, room, a.height - 1));
	else
		canvas_text_most(a, 1, 1, room - 1, CANVAS_DIM, n > 1 ? NO_SHARES : ONE_TERM);
}

/* The table under a chart, or where rows are few under a bar of the latest shares; figures in the
 * place of both while there are no shares. */
static void
draw_narrow(const struct scene *s, const struct term *t, int n, struct canvas_area a)
{
	int table = n + 1 < a.height - 2 ? n + 1 : a.height - 2, rows = a.height - 2 - table;
	bool figures = a.width >= 2 * FIGURES;

	if (!has_chart(s, t, n) && rows > 3) {
		draw_table(s, t, n, canvas_cut(a, 0, 1, a.width, table));
		draw_figures(s, canvas_cut(a, 2, 2 + table, a.width - 2, rows));
		return;
	}
	if (rows >= CHART_ROWS) {
		draw_history(s, t, n,
			     canvas_cut(a, 0, 1, figures ? a.width - FIGURES : a.width, rows));
		if (figures)
			draw_figures(s, canvas_cut(a, a.width - FIGURES + 2, 1, FIGURES, rows));
		draw_table(s, t, n, canvas_cut(a, 0, 2 + rows, a.width, table));
		return;
	}
	draw_bar(s, t, n, canvas_cut(a, 0, 1, a.width, 1));
	draw_table(s, t, n, canvas_cut(a, 0, 2, a.width, table > 0 ? table : 0));
}

static void
draw_terms(const struct scene *s, struct canvas_area a)
{
	struct term t[TERMS] = { 0 };
	int n = list_terms(s, t);

	pane_heading(s, a, LAYOUT_terms,
		     a.width >= 40 ? "share of the gradient by term" : "loss terms");
	if (a.width >= TABLE_WIDTH + 26 && a.height >= 4)
		draw_wide(s, t, n, a);
	else
		draw_narrow(s, t, n, a);
}

const struct pane pane_terms = {
	.name = "terms",
	.title = "Loss terms",
	.doc = "Terms of the loss: share of the gradient by step, weight, raw and weighted value.",
	.hints = "shares are measured at each evaluation",
	.draw = draw_terms,
};
