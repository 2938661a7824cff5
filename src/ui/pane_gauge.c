/* pane_gauge.c: how far two sets of rows are apart, as networks see them and without any. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/ui/layout.h"
#include "retort/ui/pane.h"
#include "retort/ui/plot.h"
#include "retort/ui/sides.h"

#define NAME 10 /* columns of "teacher", and of "as the teacher sees it" */
#define LONG_NAME 24
#define LONG 78    /* columns of a pane that has room for the long one */
#define TWO 60     /* columns: drifting columns beside the rows farthest out */
#define HISTORY 12 /* rows of the curve, at most */
#define TALL 24    /* rows of a pane that has some to leave blank */
#define LEAST 3    /* and at least */
#define SURE 0.05  /* p below which two sets differ */

static const char *const brief[] = { "teacher", "student", "bare rows" };

/* Columns right of the name, in the order in which they stand, and the width of pane from which
 * each is there. */
enum column { ENERGY, P, AUC, COVERAGE, CONFIDENCE, ENTROPY, PREDICTED, COLUMNS };
static const struct {
	const char *name;
	int width, least;
} columns[COLUMNS] = {
	{ "energy", 8, 0 },     { "p", 7, 26 },           { "AUC", 7, 0 },
	{ "coverage", 10, 42 }, { "confidence", 12, 62 }, { "entropy", 12, 92 },
	{ "priors", 8, 100 },
};

static void
cell(const struct shift_report_seen *s, enum shift_report_view view, enum column k, char *buf,
     size_t size)
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
	else if (view == SHIFT_REPORT_BARE)
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
	return width >= LONG ? LONG_NAME : NAME;
}

/* A row of the table: a text for each column, right-aligned. */
static void
draw_row(struct canvas_area a, int y, enum canvas_look look, const char *name,
	 char text[COLUMNS][24])
{
	int x = name_width(a.width);

	canvas_text(canvas_cut(a, 1, y, x - 1, 1), 0, 0, CANVAS_DIM, name);
	for (int k = 0; k < COLUMNS; k++) {
		if (a.width < columns[k].least)
			continue;
		x += columns[k].width;
		canvas_text(a, x - (int)strlen(text[k]), y, look, text[k]);
	}
}

/* One view, and below it the figures with weights. Returns the row behind. */
static int
draw_view(struct canvas_area a, int y, const struct shift_report *m, enum shift_report_view view)
{
	const struct shift_report_seen *s = &m->seen[view];
	char text[COLUMNS][24] = { "" };

	if (!s->known)
		return y;
	for (int k = 0; k < COLUMNS; k++)
		cell(s, view, (enum column)k, text[k], sizeof text[k]);
	draw_row(a, y++, s->gauge.p < SURE ? CANVAS_WARN : CANVAS_PLAIN,
		 a.width >= LONG ? shift_report_view_name[view] : brief[view], text);
	if (!m->weighed)
		return y;
	memset(text, 0, sizeof text);
	snprintf(text[ENERGY], sizeof text[0], "%.4f", s->gauge.weighted_energy);
	snprintf(text[AUC], sizeof text[0], "%.3f", s->gauge.weighted_auc);
	draw_row(a, y++, CANVAS_PLAIN, a.width >= LONG ? "  with weights" : "  weighed", text);
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

/* Which rows, and the verdict. Returns the row behind. */
static int
draw_sets(struct canvas_area a, int y, const struct shift_report *m)
{
	bool differ = shift_report_differs(m);
	int x = 1;

	for (int k = 0; k < 2; k++) {
		x = canvas_textf(a, x, y, CANVAS_BOLD, "%.24s", m->name[k]);
		x = canvas_textf(a, x, y, CANVAS_DIM, " %zu of %zu rows", m->rows[k], m->of[k]) + 3;
		if (k == 0 && a.width < TWO) {
			x = 1;
			y++;
		}
	}
	if (!isnan(m->priors) && x + 22 <= a.width)
		canvas_textf(a, x, y, CANVAS_DIM, "class priors %.3f apart", m->priors);
	canvas_text(a, 1, ++y, differ ? CANVAS_WARN : CANVAS_GOOD,
		    !differ         ? "they are not told apart"
		    : a.width < TWO ? "they differ"
				    : "they differ more than chance would have it");
	return y + 1;
}

/* The columns that drift most. Returns the row behind. */
static int
draw_drifts(struct canvas_area a, const struct shift_report *m)
{
	if (!m->n_drifts)
		return 0;
	canvas_textf(a, 0, 0, CANVAS_DIM, "%-16s %7s %6s", "columns adrift", "PSI", "KS");
	for (int i = 0; i < m->n_drifts; i++)
		canvas_textf(a, 0, 1 + i, m->drift[i].psi >= 0.25 ? CANVAS_WARN : CANVAS_PLAIN,
			     "%-16.16s %7.3f %6.3f", m->drift[i].column, m->drift[i].psi,
			     m->drift[i].ks);
	return 1 + m->n_drifts;
}

static int
draw_far(struct canvas_area a, const struct shift_report *m)
{
	const struct two_sample *g = &m->seen[SHIFT_REPORT_BARE].gauge;

	canvas_text(a, 0, 0, CANVAS_DIM, "rows farthest out");
	for (size_t i = 0; i < g->n_far; i++)
		canvas_textf(a, 0, 1 + (int)i, CANVAS_PLAIN, "%8zu  %.3g times as far as usual",
			     m->far[i], g->far_by[i]);
	return 1 + (int)g->n_far;
}

static int
draw_lists(struct canvas_area a, int y, const struct shift_report *m)
{
	struct canvas_area left = canvas_cut(a, 1, y, a.width - 1, a.height - y);
	int rows = draw_drifts(a.width >= TWO ? canvas_cut(left, 0, 0, 32, left.height) : left, m),
	    more;

	if (a.width < TWO && rows)
		return y + rows;
	more = draw_far(rows ? canvas_cut(left, 36, 0, left.width - 36, left.height) : left, m);
	return y + (more > rows ? more : rows);
}

/* The AUC over the steps, 0.5 to 1: how far the student tells the sets apart. */
static void
draw_curve(const struct scene *s, struct canvas_area a)
{
	enum raster_set set = plot_set(s);
	struct raster r = { 0 };
	struct axis y = { .from = 0.5, .to = 1 };
	struct span_steps x = plot_steps(s, a.width * raster_across(set));
	struct span *span = mem_array((size_t)x.columns, sizeof *span);

	raster_resize(&r, set, a.width, a.height);
	for (int c = 0; c < x.columns; c++)
		span[c] =
			span_fold(s->two_sample_auc, span_edge(&x, c), span_edge(&x, c + 1), false);
	span_draw(&r, &x, span, &y, s->two_sample_auc);
	for (int i = 0; i < a.width * a.height; i++) {
		uint32_t ch = raster_char(&r, i % a.width, i / a.width, '*');

		if (ch)
			canvas_put(a, i % a.width, i / a.width, ch, CANVAS_CURVE1);
	}
	raster_release(&r);
	mem_free(span);
}

static void
draw_history(const struct scene *s, struct canvas_area a, int y)
{
	int rows = a.height - y - 1 < HISTORY ? a.height - y - 1 : HISTORY;

	if (!s->two_sample_auc || rows < LEAST || a.width < 12)
		return;
	canvas_text(a, 1, y, CANVAS_DIM,
		    a.width >= 40 ? "AUC over the steps, as the student sees them"
				  : "AUC of the student");
	canvas_text(a, 1, y + 1, CANVAS_DIM, "1.0");
	canvas_text(a, 1, y + rows, CANVAS_DIM, "0.5");
	draw_curve(s, canvas_cut(a, 5, y + 1, a.width - 5, rows));
}

static void
draw(const struct scene *s, struct canvas_area a)
{
	const struct shift_report *m = &s->gauge;
	int y = 1, gap = a.height >= TALL;
	char note[32] = "";

	pane_heading(s, a, LAYOUT_gauge, "gauge");
	if (m->rows[0]) {
		snprintf(note, sizeof note, "@%llu", (unsigned long long)m->step);
		pane_note(a, m->seen[SHIFT_REPORT_STUDENT].known ? note : "");
		y = draw_table(a, draw_sets(a, y, m) + gap, m);
		y = draw_lists(a, y + gap, m);
		draw_history(s, a, y + gap);
	} else if (s->gauge_error[0]) {
		canvas_text(a, 1, 1, CANVAS_DIM, s->gauge_error);
	} else if (!s->info.data[0]) {
		canvas_text(a, 1, 1, CANVAS_DIM, "no data yet");
	} else {
		canvas_textf(a, 1, 1, CANVAS_DIM, "comparing %.40s and %.40s", sides_name(s, 0),
			     sides_name(s, 1));
	}
}

const struct pane pane_gauge = {
	.name = "gauge",
	.title = "Mismatch gauge",
	.doc = "How far two sets of rows are apart: as the teacher sees them, as the student does, "
	       "and without either.",
	.hints = "f first set  o other set",
	.draw = draw,
};
