/* pane_knobs.c: every knob: its value, its default, where it stands in its range. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/screen/layout.h"
#include "retort/screen/pane.h"

/*
 * Where a value lies between the ends that matter: a knob that is turned by a factor lies on a
 * logarithmic scale of a hundredth to a hundred times its default; one that is turned by steps
 * lies within forty of them around it, cut to its range.
 */
static double
place(const struct knob *k, double value, double initial)
{
	double by = 1, from, to;

	text_to_double(k->nudge + 1, &by);
	if (k->nudge[0] == 'x') {
		double ends = initial > 0 ? initial : 1;

		return value > 0 ? 0.5 + log10(value / ends) / 4 : 0;
	}
	from = fmax(k->min, initial - 20 * by);
	to = fmin(k->max, from + 40 * by);
	return (value - from) / (to - from);
}

static void
draw_bar(const struct scene *s, struct canvas_area a, const struct knob *k)
{
	double at = place(k, knob_value(&s->info.knobs, k), knob_value(&s->defaults, k));
	int dot;

	at = at < 0 ? 0 : at > 1 ? 1 : at;
	dot = (int)lround(at * (a.width - 1));
	for (int x = 0; x < a.width; x++)
		canvas_text(a, x, 0, x == dot ? CANVAS_MARK : CANVAS_DIM,
			    scene_ascii(s) ? (x == dot ? "O" : "-") : x == dot ? "\u253F" : "\u2501");
}

static void
draw_row(const struct scene *s, struct canvas_area a, size_t i)
{
	const struct knob *k = &knob_table[i];
	bool busy = k->when == KNOB_FIXED && s->info.phase != LAB_IDLE, wide = a.width >= 44;
	char now[64], was[64];
	int x;

	knob_get(&s->info.knobs, k, now, sizeof now);
	knob_get(&s->defaults, k, was, sizeof was);
	x = canvas_textf(a, 0, 0, CANVAS_PLAIN, "%c%-12s", (int)i == s->view.knob ? '>' : ' ', k->name);
	if (s->pending[i]) {
		canvas_textf(a, x + 1, 0, CANVAS_PENDING, "%s %s %s?", now, scene_ascii(s) ? "->" : "\u2192", s->pending_text[i]);
		return;
	}
	canvas_textf(a, x + 1, 0, busy ? CANVAS_DIM : CANVAS_PLAIN, "%8.8s%c", now, strcmp(now, was) ? '*' : ' ');
	x += 11;
	if (wide)
		x = canvas_textf(a, x, 0, CANVAS_DIM, "%8.8s ", was);
	if (busy)
		canvas_text(a, x, 0, CANVAS_DIM, wide ? "fixed" : "fix");
	else if (!k->choices)
		draw_bar(s, canvas_cut(a, x, 0, a.width - x, 1), k);
	if ((int)i == s->view.knob && s->view.focus == LAYOUT_knobs)
		canvas_paint(a, 0, 0, 13, CANVAS_REVERSE);
}

static void
draw(const struct scene *s, struct canvas_area a)
{
	int rows = a.height - 1, first = layout_first(s->view.knob, rows, (int)knob_count);

	pane_heading(s, a, LAYOUT_knobs, "knobs");
	if (a.width >= 44)
		canvas_text(a, 18, 0, CANVAS_DIM, "    now  default");
	for (int y = 0; y < rows && first + y < (int)knob_count; y++)
		draw_row(s, canvas_cut(a, 0, 1 + y, a.width, 1), (size_t)(first + y));
}

const struct pane pane_knobs = {
	.name = "knobs",
	.title = "Knobs",
	.doc = "Every knob: its value of now (* where it is not the default), its default, where it stands.",
	.hints = "jk choose  +/- turn  Enter type",
	.draw = draw,
};
