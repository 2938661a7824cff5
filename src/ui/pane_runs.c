/* pane_runs.c: the list of runs: what differs, steps, scores. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/ui/curve_runs.h"
#include "retort/ui/layout.h"
#include "retort/ui/pane.h"
#include "retort/ui/view_runs.h"

/* Pane widths from which columns are shown. */
#define WITH_LOSS 36
#define WITH_KL 44

#define NAME 8     /* columns of a name */
#define LEFT 15    /* columns before what differs */
#define STEP 7     /* columns of the step */
#define FIGURE 7   /* of a score */
#define DECIMALS 3 /* of losses */

/* Columns of step and scores at the right end. */
static int
figures_width(int width)
{
	return STEP + FIGURE * (1 + (width >= WITH_LOSS) + (width >= WITH_KL));
}

/* Draw a score at the right end of its column; nothing where there is none. */
static void
draw_figure(struct canvas_area a, int x, enum canvas_style style, double value, bool percent)
{
	char text[32];

	if (!isfinite(value))
		return;
	if (percent)
		snprintf(text, sizeof text, "%.1f%%", 100 * value);
	else
		snprintf(text, sizeof text, "%.*f", value < 99 ? DECIMALS : 0, value);
	canvas_text_right(a, x + FIGURE, 0, style, text);
}

static void
draw_figures(const struct lab_listed *r, struct canvas_area a, enum canvas_style style, int width)
{
	char step[24];
	int x = STEP;

	snprintf(step, sizeof step, "%llu", (unsigned long long)r->step);
	canvas_text_right(a, x, 0, style, step);
	draw_figure(a, x, style, r->last.accuracy, true);
	if (width >= WITH_LOSS)
		draw_figure(a, x += FIGURE, style, r->last.nll, false);
	if (width >= WITH_KL)
		draw_figure(a, x + FIGURE, style, r->last.kl, false);
}

/* What tells a run from the others: its divergence, that it is the reference or hidden, its
 * differences. */
static enum canvas_style
describe(const struct scene *s, const struct lab_listed *r, char *out, size_t size)
{
	if (r->diverged)
		snprintf(out, size, "diverged at %llu", (unsigned long long)r->diverged);
	else
		snprintf(out, size, "%s%s%s%s", r->number == s->info.reference ? "reference" : "",
			 r->differs, r->unpaired ? ", unpaired" : "", r->hidden ? ", hidden" : "");
	return r->diverged ? CANVAS_BAD : r->hidden ? CANVAS_DIM : CANVAS_PLAIN;
}

/* Shorten "temperature 4 -> 8, kd-weight 0.9 -> 0.5" to "T 4→8, kd 0.9→0.5". */
static void
shorten_changes(const struct scene *s, const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (const char *p = text; *p && n + 8 < size;) {
		size_t word = strcspn(p, " "), part = strlen("-weight");

		if (strncmp(p, "-> ", 3) == 0 && n && out[n - 1] == ' ') {
			n += (size_t)snprintf(out + n - 1, size - n + 1, "%s", scene_arrow(s)) - 1;
			p += 3;
			continue;
		}
		if (strncmp(p, "temperature ", 12) == 0)
			out[n++] = 'T';
		else
			for (size_t i = 0; i < word && n + 8 < size; i++) {
				if (strncmp(p + i, "-weight ", part + 1) == 0)
					break;
				out[n++] = p[i];
			}
		p += word;
		for (; *p == ' '; p++)
			out[n++] = ' ';
	}
	out[n] = '\0';
}

/* Draw ">*━ 2 hot     temperature 4 -> 8    2400  98.1%  0.071  0.155". */
static void
draw_run(const struct scene *s, struct canvas_area a, int row)
{
	const struct lab_listed *r = &s->info.runs[row];
	const struct curve_stroke *stroke = curve_runs_stroke(s, (unsigned)r->number);
	bool chosen = row == view_runs_row(s);
	int right = figures_width(a.width);
	enum canvas_style style;
	char text[160], brief[160];

	style = describe(s, r, text, sizeof text);
	canvas_put(a, 0, 0, chosen ? '>' : ' ', CANVAS_BOLD);
	canvas_put(a, 1, 0, r->trains ? '*' : 'o', r->trains ? CANVAS_GOOD : CANVAS_DIM);
	if (!r->hidden)
		canvas_put(a, 2, 0, scene_ascii(s) ? (unsigned char)stroke->glyph : stroke->sample,
			   curve_runs_style((unsigned)r->number));
	canvas_textf(a, 3, 0, row == s->info.focus ? CANVAS_BOLD : CANVAS_PLAIN, "%2d", r->number);
	canvas_text_most(a, 6, 0, NAME, row == s->info.focus ? CANVAS_BOLD : CANVAS_PLAIN, r->name);
	shorten_changes(s, text, brief, sizeof brief);
	if (a.width - LEFT - right > 1)
		canvas_text_most(a, LEFT, 0, a.width - LEFT - right, style, brief);
	draw_figures(r, canvas_cut(a, a.width - right, 0, right, 1),
		     r->hidden ? CANVAS_DIM : CANVAS_PLAIN, a.width);
	if (chosen && s->view.focus == LAYOUT_runs)
		canvas_paint(a, 0, 0, LEFT - 1, CANVAS_REVERSE);
}

/* Draw the selected run in a line of its own: where it was forked, and all that differs. */
static void
draw_selected(const struct scene *s, struct canvas_area a)
{
	const struct lab_listed *r = &s->info.runs[view_runs_row(s)];
	char fork[64] = "", text[160];
	enum canvas_style style = describe(s, r, text, sizeof text);

	if (r->parent)
		snprintf(fork, sizeof fork, ", fork of %d at %llu", r->parent,
			 (unsigned long long)r->fork);
	if (text[0])
		snprintf(fork + strlen(fork), sizeof fork - strlen(fork), ": ");
	style = style == CANVAS_PLAIN ? CANVAS_DIM : style;
	canvas_text_most(a, canvas_textf(a, 1, 0, CANVAS_DIM, "%s%s", r->name, fork), 0,
			 a.width - 1, style, text);
}

/* Draw the names of the columns over the rule of the heading. */
static void
draw_columns(struct canvas_area a)
{
	int x = a.width - figures_width(a.width) + STEP;

	canvas_text_right(a, x, 0, CANVAS_DIM, " step");
	canvas_text_right(a, x + FIGURE, 0, CANVAS_DIM, "    acc");
	if (a.width >= WITH_LOSS)
		canvas_text_right(a, x + 2 * FIGURE, 0, CANVAS_DIM, "    nll");
	if (a.width >= WITH_KL)
		canvas_text_right(a, x + 3 * FIGURE, 0, CANVAS_DIM, "     KL");
}

static const char *
empty_runs(const struct scene *s)
{
	return s->info.n_runs > 1 ? NULL
				  : "a single run; f or `fork NAME` copies it to a second one";
}

static void
draw_runs(const struct scene *s, struct canvas_area a)
{
	int n = s->info.n_runs, most = a.height - 1 - (a.height > 4), rows = most < n ? most : n,
	    first = layout_first(view_runs_row(s), most, n);

	pane_heading(s, a, LAYOUT_runs, "runs");
	draw_columns(a);
	if (empty_runs(s)) {
		canvas_text_most(a, 1, 1, a.width - 1, CANVAS_DIM, empty_runs(s));
		return;
	}
	for (int y = 0; y < rows; y++)
		draw_run(s, canvas_cut(a, 0, 1 + y, a.width, 1), first + y);
	if (a.height > 4)
		draw_selected(s, canvas_cut(a, 0, 1 + rows, a.width, 1));
}

const struct pane pane_runs = {
	.name = "runs",
	.title = "Runs",
	.doc = "The runs of the session: what differs from the reference, steps, held-out scores; "
	       "those in training have '*'.",
	.hints = "jk select  Enter focus  - hide  = reference  x drop",
	.draw = draw_runs,
	.empty = empty_runs,
};
