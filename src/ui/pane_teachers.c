/* pane_teachers.c: the mixer: weight and scores of each teacher, agreement of the student. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "retort/ui/layout.h"
#include "retort/ui/pane.h"

/* Pane widths from which columns are shown. */
#define WITH_AGREEMENT 27    /* of several teachers: agreement and KL instead of accuracy */
#define WITH_LOSS 44         /* accuracy and loss */
#define WITH_ALL_SCORES 54   /* accuracy, loss, agreement, KL */
#define WITH_ARCHITECTURE 96 /* layers and parameters as well */

static bool
is_muted(const struct scene *s, int k)
{
	return s->info.run->settings.teacher_muted[k];
}

static double
active_weight(const struct scene *s, int k)
{
	return is_muted(s, k) ? 0 : s->info.run->settings.teacher_weight[k];
}

/* Whether a narrow pane shows the student's agreement with each teacher instead of accuracies. */
static bool
shows_agreement(const struct scene *s, int width)
{
	bool any = false;

	for (int k = 0; k < s->info.n_teachers; k++)
		any |= isfinite(s->info.run->teaching[k].kl);
	return any && s->info.n_teachers > 1 && width >= WITH_AGREEMENT && width < WITH_LOSS;
}

/* Cells of the bar that remain after the columns for which there is room. `width`: cells right of
 * the weight. */
static int
bar_width(int width)
{
	int bar = width - 7 - (width >= WITH_LOSS - 18 ? 7 : 0) -
		  (width >= WITH_ALL_SCORES - 18 ? 14 : 0) -
		  (width >= WITH_ARCHITECTURE - 18 ? 27 : 0);

	return bar < 30 ? bar : 30;
}

/* Share of a teacher in the mixture: that of the last step, or of its weight before the first. */
static double
share_of(const struct scene *s, int k, double sum)
{
	double share = s->info.run->teaching[k].share;

	if (is_muted(s, k))
		return 0;
	return isfinite(share) ? share : sum > 0 ? active_weight(s, k) / sum : 0;
}

/* Draw the scores of a teacher right of its bar, as many as fit. */
static void
draw_scores(const struct net_info *t, const struct teaching *h, bool muted, struct canvas_area a,
	    int width)
{
	if (isfinite(t->last.accuracy))
		canvas_textf(a, 1, 0, CANVAS_PLAIN, "%5.1f%%", 100 * t->last.accuracy);
	if (isfinite(t->last.nll) && width >= WITH_LOSS - 18)
		canvas_textf(a, 8, 0, CANVAS_PLAIN, "%6.3f", t->last.nll);
	if (isfinite(h->kl) && width >= WITH_ALL_SCORES - 18)
		canvas_textf(a, 15, 0, muted ? CANVAS_DIM : CANVAS_PLAIN, "%5.1f%% %6.3f",
			     100 * h->agreement, h->kl);
	if (width < WITH_ARCHITECTURE - 18)
		return;
	if (t->is_file)
		canvas_text(a, 30, 0, CANVAS_DIM, "output file");
	else
		canvas_textf(a, 30, 0, CANVAS_DIM, "%-14.14s %9llu", t->spec,
			     (unsigned long long)t->parameters);
}

static void
draw_agreement(const struct teaching *h, bool muted, struct canvas_area a)
{
	if (isfinite(h->kl))
		canvas_textf(a, 0, 0, muted ? CANVAS_DIM : CANVAS_PLAIN, "%4.0f%% %5.*f",
			     100 * h->agreement, h->kl < 10 ? 3 : 1, h->kl);
}

/* Draw share and scores of teacher k; while it trains, its progress. `agreement`: agreement with
 * the student instead of all scores. */
static void
draw_state(const struct scene *s, struct canvas_area a, int k, double sum, bool agreement)
{
	const struct net_info *t = &s->info.teacher[k];
	int bar = agreement ? a.width - 11 : bar_width(a.width);
	double done = s->info.run->until > s->info.run->from
			      ? (double)(s->info.run->step - s->info.run->from) /
					(double)(s->info.run->until - s->info.run->from)
			      : 0;

	if (s->info.phase == LAB_TRAINING && s->info.busy == k) {
		pane_meter(s, a, 0, 0, bar, done, CANVAS_REFERENCE);
		canvas_textf(a, bar + 1, 0, CANVAS_PLAIN, "%5.0f%%%s", 100 * done,
			     bar + 15 <= a.width ? " trained" : "");
		return;
	}
	if (!t->ready) {
		canvas_text(a, 0, 0, CANVAS_DIM, "not trained");
		return;
	}
	pane_meter(s, a, 0, 0, bar, share_of(s, k, sum),
		   is_muted(s, k) ? CANVAS_DIM : CANVAS_REFERENCE);
	if (agreement)
		draw_agreement(&s->info.run->teaching[k], is_muted(s, k),
			       canvas_cut(a, bar, 0, a.width - bar, 1));
	else
		draw_scores(t, &s->info.run->teaching[k], is_muted(s, k),
			    canvas_cut(a, bar, 0, a.width - bar, 1), a.width);
}

static void
draw_row(const struct scene *s, struct canvas_area a, int k, double sum)
{
	const struct net_info *t = &s->info.teacher[k];
	double weight = s->info.run->settings.teacher_weight[k];
	bool chosen = k == s->view.teacher;
	int name = a.width >= WITH_LOSS ? 10 : 8;
	int x = 1 + name;

	canvas_put(a, 0, 0, chosen ? '>' : ' ', CANVAS_BOLD);
	canvas_text_most(a, 1, 0, name, chosen ? CANVAS_BOLD : CANVAS_PLAIN, t->name);
	x = canvas_text(a, x, 0, CANVAS_BOLD, is_muted(s, k) ? "M" : " ");
	x = canvas_textf(a, x, 0, is_muted(s, k) ? CANVAS_DIM : CANVAS_PLAIN,
			 weight < 100 ? "%5.2f" : "%5.4g", weight) +
	    1;
	draw_state(s, canvas_cut(a, x, 0, a.width - x, 1), k, sum, shows_agreement(s, a.width));
	if (chosen && s->view.focus == LAYOUT_teachers)
		canvas_paint(a, 0, 0, name + 1, CANVAS_REVERSE);
}

/* Whether the row of the only teacher has the student's agreement, which is that with the mixture.
 */
static bool
row_has_agreement(const struct scene *s, int width)
{
	return s->info.n_teachers == 1 && width >= WITH_ALL_SCORES &&
	       isfinite(s->info.run->teaching[0].kl);
}

/* Draw the mix, the sum of the weights, and the student's agreement with the mixture. */
static void
draw_sum(const struct scene *s, struct canvas_area a, double sum)
{
	const struct scores *student = &s->info.run->student.last;
	bool wide = a.width >= 52, agrees = s->info.run->has_student &&
					    isfinite(student->agreement) &&
					    !row_has_agreement(s, a.width);
	char mix[64], text[96] = "";
	int x = 1;

	knob_print(&s->info.run->settings.knobs, knob_find("mix", NULL), mix, sizeof mix);
	if (sum <= 0)
		x = canvas_text(a, x, 0, CANVAS_WARN, "no active teacher") + 1;
	else if (s->info.n_teachers > 1)
		x = canvas_textf(a, x, 0, CANVAS_DIM, wide ? "mix %s, total %.3g%s" : "%.4s %.3g%s",
				 mix, sum, wide && agrees ? ";" : "") +
		    1;
	if (wide && agrees)
		snprintf(text, sizeof text, "student agreement %.1f%%, KL %.3f",
			 100 * student->agreement, student->kl);
	if (agrees && (!wide || x + text_width(text) > a.width))
		snprintf(text, sizeof text, "agree %.1f%% KL %.3f", 100 * student->agreement,
			 student->kl);
	canvas_text_most(a, x, 0, a.width - x, CANVAS_PLAIN, text);
}

/* Draw the names of the columns over the rule of the heading. */
static void
draw_columns(const struct scene *s, struct canvas_area a)
{
	int left = a.width >= WITH_LOSS ? 18 : 16, room = a.width - left, bar = bar_width(room);

	canvas_text(a, left - (a.width >= WITH_LOSS ? 7 : 4), 0, CANVAS_DIM,
		    a.width >= WITH_LOSS ? " weight " : "  w ");
	if (shows_agreement(s, a.width)) {
		canvas_text(a, a.width - 11, 0, CANVAS_DIM, "agree    KL");
		return;
	}
	canvas_text(a, left + bar, 0, CANVAS_DIM, "    acc");
	if (room >= WITH_LOSS - 18)
		canvas_text(a, left + bar + 7, 0, CANVAS_DIM, "    nll");
	if (room >= WITH_ALL_SCORES - 18)
		canvas_text(a, left + bar + 14, 0, CANVAS_DIM, "  agree     KL");
	if (room >= WITH_ARCHITECTURE - 18)
		canvas_text(a, left + bar + 28, 0, CANVAS_DIM, "  layers         parameters ");
}

static void
draw_teachers(const struct scene *s, struct canvas_area a)
{
	int n = s->info.n_teachers, rows = a.height - 1 < n ? a.height - 1 : n;
	int first = layout_first(s->view.teacher, a.height - 1, n);
	double sum = 0;

	pane_heading(s, a, LAYOUT_teachers, "teachers");
	draw_columns(s, a);
	for (int k = 0; k < n; k++)
		sum += active_weight(s, k);
	for (int y = 0; y < rows; y++)
		draw_row(s, canvas_cut(a, 0, 1 + y, a.width, 1), first + y, sum);
	if (n == 0)
		canvas_text(a, 1, 1, CANVAS_DIM,
			    a.width >= WITH_LOSS ? "no teacher; try :teacher big mlp 256,256"
						 : ":teacher big mlp 256,256");
	else
		draw_sum(s, canvas_cut(a, 0, 1 + n, a.width, 1), sum);
}

const struct pane pane_teachers = {
	.name = "teachers",
	.title = "Teachers",
	.doc = "The mixer: weight of each teacher, its share in the mixture, its held-out scores, "
	       "the student's agreement with it.",
	.hints = "jk select  +/- weight  M mute  S solo  e equalise",
	.draw = draw_teachers,
};
