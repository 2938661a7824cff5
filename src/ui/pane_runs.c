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
#define WITH_INTERVAL 50

#define NAME_LEAST 3 /* columns of a name */
#define NAME_MOST 8
#define BEFORE 6   /* columns before the name */
#define FIGURE 7   /* of a score */
#define INTERVAL 6 /* of the interval of an accuracy */
#define DECIMALS 3 /* of losses */

/* The columns of a pane of some width. */
struct columns {
	int left;     /* before what differs */
	int step;     /* columns of the step */
	int interval; /* of the interval; 0: it is not shown */
	bool loss, kl;
	int right; /* of step and scores, at the right end */
};

static int
clamp(int x, int least, int most)
{
	return x < least ? least : x > most ? most : x;
}

static struct columns
make_columns(const struct scene *s, int width)
{
	struct columns c = { .step = 5, .loss = width >= WITH_LOSS, .kl = width >= WITH_KL };
	char step[24];
	int name = 0;

	for (int i = 0; i < s->info.n_runs; i++) {
		const struct lab_listed *r = &s->info.runs[i];
		int digits = snprintf(step, sizeof step, "%llu", (unsigned long long)r->step);

		name = text_width(r->name) > name ? text_width(r->name) : name;
		c.step = digits >= c.step ? digits + 1 : c.step;
	}
	c.interval = width >= WITH_INTERVAL ? INTERVAL : 0;
	c.left = BEFORE + clamp(name, NAME_LEAST, NAME_MOST) + 1;
	c.right = c.step + c.interval + FIGURE * (1 + c.loss + c.kl);
	return c;
}

/* The interval of a run, if it is known and not older than a quarter of its steps: it is measured
 * less often than the run is evaluated. NULL: none. */
static const struct scene_interval *
recent_interval(const struct scene *s, const struct lab_listed *r)
{
	const struct scene_interval *i = scene_interval(s, r->number);

	return i && isfinite(i->is.accuracy) && i->own.step * 4 >= r->last.step * 3 ? i : NULL;
}

/* Draw a loss at the right end of its column; nothing where there is none. */
static void
draw_loss(struct canvas_area a, int x, enum canvas_style style, double value)
{
	char text[32];

	if (!isfinite(value))
		return;
	snprintf(text, sizeof text, "%.*f", value < 9.9995 ? DECIMALS : value < 99 ? 2 : 0, value);
	canvas_text_right(a, x, 0, style, text);
}

/* "±": in ASCII "+-". */
static const char *
plus_minus(const struct scene *s)
{
	return scene_ascii(s) ? "+-" : "\u00B1";
}

static void
draw_accuracy(const struct scene *s, const struct lab_listed *r, struct canvas_area a, int x,
	      const struct columns *c, enum canvas_style style)
{
	const struct scene_interval *known = recent_interval(s, r);
	char text[32];

	if (!isfinite(r->last.accuracy))
		return;
	snprintf(text, sizeof text, "%.1f%%", 100 * r->last.accuracy);
	canvas_text_right(a, x, 0, style, text);
	if (!c->interval || !known)
		return;
	snprintf(text, sizeof text, "%s%.1f", plus_minus(s), 100 * known->is.accuracy);
	canvas_text_most(a, x, 0, c->interval, CANVAS_DIM, text);
}

static void
draw_figures(const struct scene *s, const struct lab_listed *r, struct canvas_area a,
	     const struct columns *c, enum canvas_style style)
{
	char step[24];
	int x = c->step + FIGURE;

	snprintf(step, sizeof step, "%llu", (unsigned long long)r->step);
	canvas_text_right(a, c->step, 0, style, step);
	draw_accuracy(s, r, a, x, c, style);
	x += c->interval + FIGURE;
	if (c->loss)
		draw_loss(a, x, style, r->last.nll);
	if (c->kl)
		draw_loss(a, x + FIGURE, style, r->last.kl);
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

/* Draw ">*━ 2 hot     temperature 4 -> 8    2400  98.1%±0.7  0.071  0.155". */
static void
draw_run(const struct scene *s, struct canvas_area a, const struct columns *c, int row)
{
	const struct lab_listed *r = &s->info.runs[row];
	const struct curve_stroke *stroke = curve_runs_stroke(s, (unsigned)r->number);
	bool chosen = row == view_runs_row(s);
	int room = a.width - c->left - c->right; /* for what differs */
	enum canvas_style style, name = row == s->info.focus ? CANVAS_BOLD : CANVAS_PLAIN;
	char text[160], brief[160];

	style = describe(s, r, text, sizeof text);
	canvas_put(a, 0, 0, chosen ? '>' : ' ', CANVAS_BOLD);
	canvas_put(a, 1, 0, r->trains ? '*' : 'o', r->trains ? CANVAS_GOOD : CANVAS_DIM);
	if (!r->hidden)
		canvas_put(a, 2, 0, scene_ascii(s) ? (unsigned char)stroke->glyph : stroke->sample,
			   curve_runs_style((unsigned)r->number));
	canvas_textf(a, 3, 0, name, "%2d", r->number);
	canvas_text_most(a, BEFORE, 0, c->left - BEFORE - 1, name, r->name);
	shorten_changes(s, text, brief, sizeof brief);
	if (r->diverged && text_width(brief) > room) /* the step is the one after the last */
		snprintf(brief, sizeof brief, "diverged");
	if (r->number == s->info.reference && text_width(brief) > room && !r->diverged)
		snprintf(brief, sizeof brief, "ref");
	if (room > 1)
		canvas_text_most(a, c->left, 0, room, style, brief);
	draw_figures(s, r, canvas_cut(a, a.width - c->right, 0, c->right, 1), c,
		     r->hidden ? CANVAS_DIM : CANVAS_PLAIN);
	if (chosen && s->view.focus == LAYOUT_runs)
		canvas_paint(a, 0, 0, c->left - 1, CANVAS_REVERSE);
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

/* Append " nll +.042±.019" where it is known and fits in `width` columns. */
static void
add_difference(const struct scene *s, struct text *out, int width, const char *name, double by,
	       double interval)
{
	char number[64], item[96];
	size_t n = 0;

	if (!isfinite(by) || !isfinite(interval))
		return;
	snprintf(number, sizeof number, "%+.*f%s%.*f", DECIMALS, by, plus_minus(s), DECIMALS,
		 interval);
	for (const char *p = number; *p; p++) /* without the zero before a point */
		if (!(p[0] == '0' && p[1] == '.' && (p == number || p[-1] < '0' || p[-1] > '9')))
			number[n++] = *p;
	number[n] = '\0';
	snprintf(item, sizeof item, " %s %s", name, number);
	if (text_width(text_get(out)) + text_width(item) <= width)
		text_add(out, item);
}

/* Draw how the selected run differs from the reference: "to #1: acc -1.7±0.9% nll +.042±.019". */
static void
draw_difference(const struct scene *s, struct canvas_area a)
{
	const struct lab_listed *r = &s->info.runs[view_runs_row(s)];
	const struct scene_interval *i = recent_interval(s, r);
	struct text out = { 0 };

	if (!i)
		return;
	text_addf(&out, "to #%d: acc %+.1f%s%.1f%%", i->is.reference, 100 * i->is.by_accuracy,
		  plus_minus(s), 100 * i->is.accuracy);
	add_difference(s, &out, a.width - 1, "nll", i->is.by_nll, i->is.nll);
	add_difference(s, &out, a.width - 1, "KL", i->is.by_kl, i->is.kl);
	canvas_text_most(a, 1, 0, a.width - 1, CANVAS_DIM, text_get(&out));
	text_release(&out);
}

/* Draw the names of the columns over the rule of the heading. */
static void
draw_names(struct canvas_area a, const struct columns *c)
{
	int x = a.width - c->right + c->step;

	canvas_text_right(a, x, 0, CANVAS_DIM, " step");
	canvas_text_right(a, x += FIGURE, 0, CANVAS_DIM, "    acc");
	if (c->interval)
		canvas_text(a, x, 0, CANVAS_DIM, " 95% ");
	x += c->interval;
	if (c->loss)
		canvas_text_right(a, x + FIGURE, 0, CANVAS_DIM, "    nll");
	if (c->kl)
		canvas_text_right(a, x + 2 * FIGURE, 0, CANVAS_DIM, "     KL");
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
	int n = s->info.n_runs, below = (a.height > 4) + (a.height > 5),
	    most = a.height - 1 - below, rows = most < n ? most : n,
	    first = layout_first(view_runs_row(s), most, n);
	struct columns c = make_columns(s, a.width);

	pane_heading(s, a, LAYOUT_runs, "runs");
	draw_names(a, &c);
	if (empty_runs(s)) {
		canvas_text_most(a, 1, 1, a.width - 1, CANVAS_DIM, empty_runs(s));
		return;
	}
	for (int y = 0; y < rows; y++)
		draw_run(s, canvas_cut(a, 0, 1 + y, a.width, 1), &c, first + y);
	if (below)
		draw_selected(s, canvas_cut(a, 0, 1 + rows, a.width, 1));
	if (below > 1)
		draw_difference(s, canvas_cut(a, 0, 2 + rows, a.width, 1));
}

const struct pane pane_runs = {
	.name = "runs",
	.title = "Runs",
	.doc = "The runs of the session: what differs from the reference, steps, held-out scores, "
	       "95 % intervals of the differences; those in training have '*'.",
	.hints = "jk select  Enter focus  - hide  = reference  x drop",
	.draw = draw_runs,
	.empty = empty_runs,
};
