/* pane_gauge.c: two-sample comparison of two sets of rows, on logits and on input features. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/curve/axis.h"
#include "retort/ui/chart.h"
#include "retort/ui/layout.h"
#include "retort/ui/pane.h"
#include "retort/ui/gauge_sets.h"

#define NAME_WIDTH 10      /* cells of a short name of a view */
#define LONG_NAME_WIDTH 24 /* cells of a long one */
#define LONG_NAME_PANE 78  /* pane width from which long names are used */
#define TWO_LISTS_PANE 60  /* pane width from which both lists stand side by side */
#define HISTORY_ROWS 12    /* maximum height of the AUC curve */
#define HISTORY_LEAST 3    /* minimum height of the AUC curve */
#define TALL_PANE 24       /* pane height from which sections are separated by a blank row */
#define SIGNIFICANCE 0.05  /* p below which a difference is significant */

static const char *const short_name[] = { "teacher", "student", "inputs" };
static const char *const long_name[] = { "teacher logits", "student logits", "input features" };

/* Columns of the table, left to right; `least`: pane width from which the column is shown. */
enum column { ENERGY, P, AUC, COVERAGE, CONFIDENCE, ENTROPY, PREDICTED, COLUMNS };
static const struct {
	const char *name;
	int width, least;
} columns[COLUMNS] = {
	{ "energy", 8, 0 },     { "p", 7, 26 },           { "AUC", 7, 0 },
	{ "coverage", 10, 42 }, { "confidence", 12, 62 }, { "entropy", 12, 92 },
	{ "priors", 8, 100 },
};

/* Format one cell of the table; empty where the view has no such figure. */
static void
format_cell(const struct shift_report_result *s, enum shift_report_view view, enum column k,
	    char *buf, size_t size)
{
	const struct two_sample *g = &s->gauge;

	buf[0] = '\0';
	if (k == ENERGY)
		snprintf(buf, size, "%.4f", g->energy);
	else if (k == P)
		snprintf(buf, size, "%.3f", g->p);
	else if (k == AUC)
		snprintf(buf, size, "%.3f", g->auc);
	else if (k == COVERAGE)
		snprintf(buf, size, "%.1f%%", 100 * g->coverage);
	else if (view == SHIFT_REPORT_FEATURES)
		return;
	else if (k == CONFIDENCE)
		snprintf(buf, size, "%.2f %.2f", s->confidence[0], s->confidence[1]);
	else if (k == ENTROPY)
		snprintf(buf, size, "%.2f %.2f", s->entropy[0], s->entropy[1]);
	else
		snprintf(buf, size, "%.3f", s->predicted);
}

static int
name_width(int width)
{
	return width >= LONG_NAME_PANE ? LONG_NAME_WIDTH : NAME_WIDTH;
}

/* Draw a row of the table: the name, then a right-aligned text for each column. */
static void
draw_row(struct canvas_area a, int y, enum canvas_style style, const char *name,
	 char text[COLUMNS][24])
{
	int x = name_width(a.width);

	canvas_text(canvas_cut(a, 1, y, x - 1, 1), 0, 0, CANVAS_DIM, name);
	for (int k = 0; k < COLUMNS; k++) {
		if (a.width < columns[k].least)
			continue;
		x += columns[k].width;
		canvas_text_right(a, x, y, style, text[k]);
	}
}

/* Draw one view, and below it the weighted figures where a remedy weights rows. Returns the next
 * free row. */
static int
draw_view(struct canvas_area a, int y, const struct shift_report *m, enum shift_report_view view)
{
	const struct shift_report_result *s = &m->result[view];
	char text[COLUMNS][24] = { "" };

	if (!s->known)
		return y;
	for (int k = 0; k < COLUMNS; k++)
		format_cell(s, view, (enum column)k, text[k], sizeof text[k]);
	draw_row(a, y++, s->gauge.p < SIGNIFICANCE ? CANVAS_WARN : CANVAS_PLAIN,
		 a.width >= LONG_NAME_PANE ? long_name[view] : short_name[view], text);
	if (!m->weighed)
		return y;
	memset(text, 0, sizeof text);
	snprintf(text[ENERGY], sizeof text[0], "%.4f", s->gauge.weighted_energy);
	snprintf(text[AUC], sizeof text[0], "%.3f", s->gauge.weighted_auc);
	draw_row(a, y++, CANVAS_PLAIN, a.width >= LONG_NAME_PANE ? "  weighted" : " weighted",
		 text);
	return y;
}

static int
draw_table(struct canvas_area a, int y, const struct shift_report *m)
{
	char text[COLUMNS][24];

	for (int k = 0; k < COLUMNS; k++)
		snprintf(text[k], sizeof text[k], "%s", columns[k].name);
	draw_row(a, y++, CANVAS_DIM, "", text);
	for (int v = 0; v < SHIFT_REPORT_VIEWS; v++)
		y = draw_view(a, y, m, (enum shift_report_view)v);
	return y;
}

/* The smallest p of all views. */
static double
smallest_p(const struct shift_report *m)
{
	double p = 1;

	for (int v = 0; v < SHIFT_REPORT_VIEWS; v++)
		if (m->result[v].known && m->result[v].gauge.p < p)
			p = m->result[v].gauge.p;
	return p;
}

/* Draw the names and sizes of both samples, and the verdict. Returns the next free row. */
static int
draw_sets(struct canvas_area a, int y, const struct shift_report *m)
{
	bool differ = shift_report_differs(m);
	int x = 1;

	for (int k = 0; k < 2; k++) {
		x = canvas_text_most(a, x, y, 24, CANVAS_BOLD, m->name[k]);
		x = canvas_textf(a, x, y, CANVAS_DIM, " %zu of %zu rows", m->rows[k], m->of[k]) + 3;
		if (k == 0 && a.width < TWO_LISTS_PANE) {
			x = 1;
			y++;
		}
	}
	if (!isnan(m->priors) && x + 23 <= a.width)
		canvas_textf(a, x, y, CANVAS_DIM, "class prior shift %.3f", m->priors);
	canvas_textf(a, 1, ++y, differ ? CANVAS_WARN : CANVAS_GOOD, "%s difference (p = %.2g)",
		     differ ? "significant" : "no significant", smallest_p(m));
	return y + 1;
}

/* List the columns with the largest drift. Returns the number of rows drawn. */
static int
draw_drifts(struct canvas_area a, const struct shift_report *m)
{
	if (!m->n_drifts)
		return 0;
	canvas_textf(a, 0, 0, CANVAS_DIM, "%-16s %7s %6s", "column drift", "PSI", "KS");
	for (int i = 0; i < m->n_drifts; i++) {
		enum canvas_style style = m->drift[i].psi >= 0.25 ? CANVAS_WARN : CANVAS_PLAIN;

		canvas_text_most(a, 0, 1 + i, 16, style, m->drift[i].column);
		canvas_textf(a, 17, 1 + i, style, "%7.3f %6.3f", m->drift[i].psi, m->drift[i].ks);
	}
	return 1 + m->n_drifts;
}

/* List the outliers of the second set by row number. Returns the number of rows drawn. */
static int
draw_outliers(struct canvas_area a, const struct shift_report *m)
{
	const struct two_sample *g = &m->result[SHIFT_REPORT_FEATURES].gauge;

	canvas_text(a, 0, 0, CANVAS_DIM, "outliers");
	for (size_t i = 0; i < g->n_far; i++)
		canvas_textf(a, 0, 1 + (int)i, CANVAS_PLAIN,
			     "row %-6zu %.1f times the usual distance", m->far[i], g->far_by[i]);
	return 1 + (int)g->n_far;
}

/* Draw drift and outliers, side by side where there is room, else drift alone. Returns the next
 * free row. */
static int
draw_lists(struct canvas_area a, int y, const struct shift_report *m)
{
	struct canvas_area left = canvas_cut(a, 1, y, a.width - 1, a.height - y);
	bool both = a.width >= TWO_LISTS_PANE;
	int rows = draw_drifts(both ? canvas_cut(left, 0, 0, 32, left.height) : left, m), more;

	if (!both && rows)
		return y + rows;
	more = draw_outliers(rows ? canvas_cut(left, 36, 0, left.width - 36, left.height) : left,
			     m);
	return y + (more > rows ? more : rows);
}

static void
draw_history(const struct scene *s, struct canvas_area a, int y)
{
	static const struct curve_stroke solid = { '*', 0x2501, 1, 0 };
	struct chart_line line = { s->two_sample_auc, CANVAS_CURVE1, &solid };
	struct axis auc;
	int rows = a.height - y - 1 < HISTORY_ROWS ? a.height - y - 1 : HISTORY_ROWS;

	if (!s->two_sample_auc || rows < HISTORY_LEAST || a.width < 12)
		return;
	canvas_text(a, 1, y, CANVAS_DIM,
		    a.width >= 40 ? "AUC by step, student logits" : "student AUC");
	axis_fit(&auc, 0.5, 1, false, rows / 3 + 2);
	chart_draw(s, canvas_cut(a, 0, y + 1, a.width, rows), &line, 1, &auc, 6);
}

static void
draw_gauge(const struct scene *s, struct canvas_area a)
{
	const struct shift_report *m = &s->gauge;
	int y = 1, gap = a.height >= TALL_PANE;
	char note[32] = "";

	pane_heading(s, a, LAYOUT_gauge, "gauge: two-sample test");
	if (m->rows[0]) {
		snprintf(note, sizeof note, "@%llu", (unsigned long long)m->step);
		pane_note(a, m->result[SHIFT_REPORT_STUDENT].known ? note : "");
		y = draw_table(a, draw_sets(a, y, m) + gap, m);
		y = draw_lists(a, y + gap, m);
		draw_history(s, a, y + gap);
	} else if (s->gauge_error[0]) {
		canvas_text(a, 1, 1, CANVAS_DIM, s->gauge_error);
	} else if (!s->info.data[0]) {
		canvas_text(a, 1, 1, CANVAS_DIM, "no data set yet");
	} else {
		canvas_textf(a, 1, 1, CANVAS_DIM, "comparing %.40s with %.40s",
			     gauge_sets_name(s, 0), gauge_sets_name(s, 1));
	}
}

static const char *
empty_gauge(const struct scene *s)
{
	return s->info.data[0] ? NULL : "no data; `data digits` loads some";
}

const struct pane pane_gauge = {
	.name = "gauge",
	.title = "Mismatch gauge",
	.doc = "Distance between two sets of rows: by the teacher's logits, by the student's "
	       "logits, and by the input features.",
	.hints = "f first set  o second set",
	.draw = draw_gauge,
	.empty = empty_gauge,
};
