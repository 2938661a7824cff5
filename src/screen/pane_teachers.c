/* pane_teachers.c: the mixer: what each teacher counts, and how far the student follows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "retort/screen/layout.h"
#include "retort/screen/pane.h"

static double
counts(const struct lab_net *t)
{
	return t->muted ? 0 : t->weight;
}

/* Ready, or how far it is. */
static void
draw_state(const struct scene *s, struct canvas_area a, int x, int k)
{
	const struct lab_net *t = &s->info.teacher[k];
	uint64_t until = s->info.until ? s->info.until : 1;

	if (s->info.phase == LAB_TRAINING && s->info.busy == k)
		canvas_textf(a, x, 0, CANVAS_WARN, "%3llu%%", (unsigned long long)(100 * s->info.step / until));
	else if (!t->ready)
		canvas_text(a, x, 0, CANVAS_DIM, "new");
	else if (isfinite(t->last.accuracy))
		canvas_textf(a, x, 0, CANVAS_GOOD, "%.1f%%", 100 * t->last.accuracy);
}

static void
draw_row(const struct scene *s, struct canvas_area a, int k, double sum)
{
	const struct lab_net *t = &s->info.teacher[k];
	int bar = a.width - 25, filled = sum > 0 ? (int)lround(counts(t) / sum * bar) : 0;
	int x = canvas_textf(a, 0, 0, CANVAS_PLAIN, "%c%-8.8s %c%5.2f ", k == s->view.teacher ? '>' : ' ', t->name,
			     t->muted ? 'M' : ' ', t->weight);

	for (int i = 0; i < bar; i++)
		canvas_text(a, x + i, 0, i < filled ? CANVAS_CURVE3 : CANVAS_DIM,
			    i < filled ? (scene_ascii(s) ? "#" : "\u2588") : scene_ascii(s) ? "." : "\u00B7");
	draw_state(s, a, a.width - 6, k);
	if (k == s->view.teacher && s->view.focus == LAYOUT_teachers)
		canvas_paint(a, 0, 0, 9, CANVAS_REVERSE);
}

static void
draw(const struct scene *s, struct canvas_area a)
{
	const struct lab_scores *student = &s->info.student.last;
	double sum = 0;

	pane_heading(s, a, LAYOUT_teachers, "teachers");
	canvas_text(a, a.width - 8, 0, CANVAS_DIM, "accuracy");
	for (int k = 0; k < s->info.n_teachers; k++)
		sum += counts(&s->info.teacher[k]);
	for (int k = 0; k < s->info.n_teachers; k++)
		draw_row(s, canvas_cut(a, 0, 1 + k, a.width, 1), k, sum);
	if (s->info.n_teachers == 0)
		canvas_text(a, 1, 1, CANVAS_DIM, "none");
	else if (s->info.has_student && isfinite(student->agreement))
		canvas_textf(a, 1, 1 + s->info.n_teachers, CANVAS_DIM, "agree %.1f%%  KL %.3f", 100 * student->agreement,
			     student->kl);
	else if (s->info.n_teachers > 1)
		canvas_textf(a, 1, 1 + s->info.n_teachers, CANVAS_DIM, "sum %.2f, counts as 1", sum);
}

const struct pane pane_teachers = {
	.name = "teachers",
	.title = "Teachers",
	.doc = "The mixer: weight of each teacher, its held-out accuracy, how far the student agrees.",
	.hints = "jk choose  +/- weight  M mute  S solo  e equal",
	.draw = draw,
};
