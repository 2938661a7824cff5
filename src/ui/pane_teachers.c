/* pane_teachers.c: the mixer: what each teacher counts, and how far the student follows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "retort/ui/layout.h"
#include "retort/ui/pane.h"

#define BOTH                                                                                       \
	27      /* columns: where there are several, how far the student follows each, in place of \
		   accuracy */
#define WIDE 44 /* columns: accuracy and loss of each teacher */
#define WIDER 54 /* columns: how far the student follows it */
#define WHOLE 96 /* columns: its layers and parameters too */

static double
counts(const struct lab_net *t)
{
	return t->muted ? 0 : t->weight;
}

/* A narrow mixer of several teachers that the student was measured against says how far it follows
 * each. */
static bool
follows_each(const struct scene *s, int width)
{
	bool any = false;

	for (int k = 0; k < s->info.n_teachers; k++)
		any |= isfinite(s->info.teacher[k].heard.kl);
	return any && s->info.n_teachers > 1 && width >= BOTH && width < WIDE;
}

/* Columns right of the weight: a bar, then accuracy, loss, agreement, divergence and layers as
 * there is room. */
static int
bar_width(int width)
{
	int bar = width - 7 - (width >= WIDE - 18 ? 7 : 0) - (width >= WIDER - 18 ? 14 : 0) -
		  (width >= WHOLE - 18 ? 27 : 0);

	return bar < 30 ? bar : 30;
}

/* What is in force: as the last step had it, and before the first one as the weights say. */
static double
share_of(const struct lab_net *t, double sum)
{
	if (t->muted)
		return 0;
	return isfinite(t->heard.share) ? t->heard.share : sum > 0 ? t->weight / sum : 0;
}

/* Figures of a teacher behind its bar, as far as there is room. */
static void
draw_figures(const struct lab_net *t, struct canvas_area a, int width)
{
	if (isfinite(t->last.accuracy))
		canvas_textf(a, 1, 0, CANVAS_GOOD, "%5.1f%%", 100 * t->last.accuracy);
	if (isfinite(t->last.nll) && width >= WIDE - 18)
		canvas_textf(a, 8, 0, CANVAS_PLAIN, "%6.3f", t->last.nll);
	if (isfinite(t->heard.kl) && width >= WIDER - 18)
		canvas_textf(a, 15, 0, t->muted ? CANVAS_DIM : CANVAS_PLAIN, "%5.1f%% %6.3f",
			     100 * t->heard.agreement, t->heard.kl);
	if (width < WHOLE - 18)
		return;
	if (t->is_file)
		canvas_textf(a, 30, 0, CANVAS_DIM, "%-14.14s %9s", "outputs", "file");
	else
		canvas_textf(a, 30, 0, CANVAS_DIM, "%-14.14s %9llu", t->spec,
			     (unsigned long long)t->parameters);
}

static void
draw_following(const struct lab_net *t, struct canvas_area a)
{
	if (isfinite(t->heard.kl))
		canvas_textf(a, 0, 0, t->muted ? CANVAS_DIM : CANVAS_PLAIN, "%4.0f%% %5.*f",
			     100 * t->heard.agreement, t->heard.kl < 10 ? 3 : 1, t->heard.kl);
}

/* Its share of what is taught, and how good it is; while it trains, how far it is. */
static void
draw_state(const struct scene *s, struct canvas_area a, int k, double sum, bool follows)
{
	const struct lab_net *t = &s->info.teacher[k];
	int bar = follows ? a.width - 11 : bar_width(a.width);
	double done = s->info.until > s->info.from ? (double)(s->info.step - s->info.from) /
							     (double)(s->info.until - s->info.from)
						   : 0;

	if (s->info.phase == LAB_TRAINING && s->info.busy == k) {
		pane_meter(s, a, 0, 0, bar, done, CANVAS_WARN);
		canvas_textf(a, bar + 1, 0, CANVAS_WARN, "%5.0f%%%s", 100 * done,
			     bar + 15 <= a.width ? " trained" : "");
		return;
	}
	if (!t->ready) {
		canvas_text(a, 0, 0, CANVAS_DIM, "not trained");
		return;
	}
	pane_meter(s, a, 0, 0, bar, share_of(t, sum), t->muted ? CANVAS_DIM : CANVAS_CURVE3);
	if (follows)
		draw_following(t, canvas_cut(a, bar, 0, a.width - bar, 1));
	else
		draw_figures(t, canvas_cut(a, bar, 0, a.width - bar, 1), a.width);
}

static void
draw_row(const struct scene *s, struct canvas_area a, int k, double sum)
{
	const struct lab_net *t = &s->info.teacher[k];
	bool chosen = k == s->view.teacher;
	int name = a.width >= WIDE ? 10 : 8;
	int x = canvas_textf(a, 0, 0, chosen ? CANVAS_BOLD : CANVAS_PLAIN, "%c%-*.*s",
			     chosen ? '>' : ' ', name, name, t->name);

	x = canvas_text(a, x, 0, CANVAS_WARN, t->muted ? "M" : " ");
	x = canvas_textf(a, x, 0, t->muted ? CANVAS_DIM : CANVAS_PLAIN,
			 t->weight < 100 ? "%5.2f" : "%5.4g", t->weight) +
	    1;
	draw_state(s, canvas_cut(a, x, 0, a.width - x, 1), k, sum, follows_each(s, a.width));
	if (chosen && s->view.focus == LAYOUT_teachers)
		canvas_paint(a, 0, 0, name + 1, CANVAS_REVERSE);
}

/* What the weights add up to, and how far the student follows all of them together. */
static void
draw_sum(const struct scene *s, struct canvas_area a, double sum)
{
	const struct lab_scores *student = &s->info.student.last;
	bool wide = a.width >= 52;
	char mix[64];
	int x = 1;

	knob_get(&s->info.knobs, knob_find("mix", NULL), mix, sizeof mix);
	if (sum <= 0)
		x = canvas_text(a, x, 0, CANVAS_WARN, "no teacher is asked") + 1;
	else if (s->info.n_teachers > 1)
		x = canvas_textf(a, x, 0, CANVAS_DIM, wide ? "%s of %.3g;" : "%.4s %.3g", mix,
				 sum) +
		    1;
	if (s->info.has_student && isfinite(student->agreement))
		canvas_textf(a, x, 0, CANVAS_PLAIN,
			     wide ? "student agrees %.1f%%, KL %.3f" : "agree %.1f%% KL %.3f",
			     100 * student->agreement, student->kl);
}

/* Names of columns over the rule of the heading. */
static void
draw_columns(const struct scene *s, struct canvas_area a)
{
	int left = a.width >= WIDE ? 18 : 16, room = a.width - left, bar = bar_width(room);

	canvas_text(a, left - 8, 0, CANVAS_DIM, " weight ");
	if (follows_each(s, a.width)) {
		canvas_text(a, a.width - 11, 0, CANVAS_DIM, "agree    KL");
		return;
	}
	canvas_text(a, left + bar, 0, CANVAS_DIM, "    acc");
	if (room >= WIDE - 18)
		canvas_text(a, left + bar + 7, 0, CANVAS_DIM, "    nll");
	if (room >= WIDER - 18)
		canvas_text(a, left + bar + 14, 0, CANVAS_DIM, " agrees     KL");
	if (room >= WHOLE - 18)
		canvas_text(a, left + bar + 28, 0, CANVAS_DIM, "  layers         parameters ");
}

static void
draw(const struct scene *s, struct canvas_area a)
{
	int n = s->info.n_teachers, rows = a.height - 1 < n ? a.height - 1 : n;
	int first = layout_first(s->view.teacher, a.height - 1, n);
	double sum = 0;

	pane_heading(s, a, LAYOUT_teachers, "teachers");
	draw_columns(s, a);
	for (int k = 0; k < n; k++)
		sum += counts(&s->info.teacher[k]);
	for (int y = 0; y < rows; y++)
		draw_row(s, canvas_cut(a, 0, 1 + y, a.width, 1), first + y, sum);
	if (n == 0)
		canvas_text(a, 1, 1, CANVAS_DIM,
			    a.width >= WIDE ? "none yet; :teacher big mlp 256,256 makes one"
					    : ":teacher big mlp 256,256");
	else
		draw_sum(s, canvas_cut(a, 0, 1 + n, a.width, 1), sum);
}

const struct pane pane_teachers = {
	.name = "teachers",
	.title = "Teachers",
	.doc = "The mixer: weight of each teacher, its share in force, its held-out accuracy, how "
	       "far the student follows it.",
	.hints = "jk choose  +/- weight  M mute  S solo  e equal",
	.draw = draw,
};
