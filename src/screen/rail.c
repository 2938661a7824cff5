/* rail.c: under a plot, what was changed and when. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/screen/rail.h"

#include <stdio.h>
#include <string.h>

static bool
is_shown(const struct scene *s, const struct scene_mark *m)
{
	return m->branch == s->view.branch;
}

void
rail_lines(const struct scene *s, struct canvas_area a, const struct plot_scale *x, int per_x)
{
	for (size_t i = 0; i < s->n_marks; i++) {
		int col = is_shown(s, &s->mark[i]) ? plot_column(x, s->mark[i].step) : -1;

		for (int y = 0; col >= 0 && y < a.height; y++)
			canvas_text(a, col / per_x, y, CANVAS_DIM, scene_ascii(s) ? ":" : "\u250A");
	}
}

/* The letter of a marker; where a cell holds several, how many. */
static void
draw_letters(const struct scene *s, struct canvas_area a, int left, const struct plot_scale *x, int per_x)
{
	int last = -1, count = 0;

	canvas_text(a, 0, 0, CANVAS_DIM, left > 6 ? "marks" : "");
	for (size_t i = 0; i < s->n_marks; i++) {
		const struct scene_mark *m = &s->mark[i];
		int col = is_shown(s, m) ? plot_column(x, m->step) : -1;

		if (col < 0)
			continue;
		count = col / per_x == last ? count + 1 : 1;
		last = col / per_x;
		canvas_put(a, left + last, 0, (uint32_t)(count == 1 ? m->letter : count < 10 ? '0' + count : '#'),
			   m->kind == SCENE_DIVERGED ? CANVAS_BAD : CANVAS_MARK);
	}
}

/* A knob's value as steps: 4--------2----- , the number where it changed. */
static void
draw_strip(const struct scene *s, struct canvas_area a, int row, int left, const struct plot_scale *x, int per_x, int knob)
{
	bool first = true;
	char value[32];
	int end = left;

	canvas_textf(canvas_cut(a, 0, row, left, 1), 0, 0, CANVAS_DIM, "%.*s", left - 1, knob_table[knob].name);
	for (size_t i = 0; i < s->n_marks; i++) {
		const struct scene_mark *m = &s->mark[i];
		int col = is_shown(s, m) && m->knob == knob ? plot_column(x, m->step) : -1, at = left + col / per_x;

		if (col < 0)
			continue;
		if (first && at > left) {
			snprintf(value, sizeof value, "%.4g", m->from);
			end = canvas_text(canvas_cut(a, 0, 0, at, a.height), left, row, CANVAS_PLAIN, value);
		}
		first = false;
		for (int c = end; c < at; c++)
			canvas_text(a, c, row, CANVAS_DIM, scene_ascii(s) ? "-" : "\u2500");
		snprintf(value, sizeof value, "%.4g", m->to);
		end = canvas_text(a, at, row, CANVAS_MARK, value);
	}
	for (int c = end; c < a.width; c++)
		canvas_text(a, c, row, CANVAS_DIM, scene_ascii(s) ? "-" : "\u2500");
}

/* Knobs that were turned on this line of training, the last turned first. */
static int
turned(const struct scene *s, int *knob, int max)
{
	int n = 0;

	for (size_t i = s->n_marks; i-- > 0 && n < max;) {
		bool known = !is_shown(s, &s->mark[i]) || s->mark[i].knob < 0;

		for (int k = 0; k < n; k++)
			known = known || knob[k] == s->mark[i].knob;
		if (!known)
			knob[n++] = s->mark[i].knob;
	}
	return n;
}

int
rail_rows(const struct scene *s)
{
	int knob[SCENE_KNOB_ROWS];

	for (size_t i = 0; i < s->n_marks; i++)
		if (is_shown(s, &s->mark[i]))
			return 1 + turned(s, knob, SCENE_KNOB_ROWS);
	return 0;
}

void
rail_draw(const struct scene *s, struct canvas_area a, int left, const struct plot_scale *x, int per_x)
{
	int knob[SCENE_KNOB_ROWS], n = turned(s, knob, SCENE_KNOB_ROWS);

	draw_letters(s, a, left, x, per_x);
	for (int i = 0; i < n && 1 + i < a.height; i++)
		draw_strip(s, a, 1 + i, left, x, per_x, knob[i]);
}
