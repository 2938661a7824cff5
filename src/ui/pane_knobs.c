/* pane_knobs.c: every knob: its value, its default, where it stands in its range. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/ui/knoblist.h"
#include "retort/ui/layout.h"
#include "retort/ui/pane.h"

#define WIDE 44  /* columns: room for defaults and for the ends of the bars */
#define WHOLE 96 /* columns: room for what each knob does */

/*
 * The ends that matter. A knob that is turned by a factor stands on a logarithmic scale of a
 * hundredth to a hundred times its default; one that is turned by steps on forty of them.
 */
struct scale {
	bool log;
	double from, to;
};

static struct scale
scale_of(const struct knob *k, double initial)
{
	struct scale c = { .log = k->nudge[0] == 'x' };
	double by = 1, middle = initial > 0 ? initial : k->type == KNOB_INT ? 100 : 1;

	text_to_double(k->nudge + 1, &by);
	if (c.log) {
		c.from = fmax(k->min, middle / 100);
		c.to = fmin(k->max, middle * 100);
	} else {
		c.from = fmax(k->min, initial - 20 * by);
		c.to = fmin(k->max, c.from + 40 * by);
	}
	return c;
}

static double
place(const struct scale *c, double value)
{
	double at = c->log ? (value > 0 ? log(value / c->from) / log(c->to / c->from) : 0)
			   : (value - c->from) / (c->to - c->from);

	return at < 0 ? 0 : at > 1 ? 1 : at;
}

/* An end of the scale in five columns. */
static const char *
end_text(double x, char *buf, size_t size)
{
	snprintf(buf, size, x >= 1000 && x < 1e5 ? "%.0f" : "%.3g", x);
	if (strlen(buf) > 5)
		snprintf(buf, size, "%.0e", x);
	return buf;
}

static void
draw_bar(const struct scene *s, struct canvas_area a, const struct knob *k)
{
	struct scale c = scale_of(k, knob_value(&s->defaults, k));
	int knob, left = 0, right = a.width;
	char end[32];

	if (a.width >= 16) {
		bool zero = knob_value(&s->defaults, k) == 0 &&
			    k->min == 0; /* which a logarithm never reaches */

		left = canvas_textf(a, 0, 0, CANVAS_DIM, "%5s ",
				    end_text(zero ? 0 : c.from, end, sizeof end));
		right = a.width - 6;
		canvas_textf(a, right, 0, CANVAS_DIM, " %s", end_text(c.to, end, sizeof end));
	}
	knob = left + (int)lround(place(&c, knob_value(&s->info.knobs, k)) * (right - left - 1));
	for (int x = left; x < right; x++)
		canvas_put(a, x, 0,
			   x == knob ? (scene_ascii(s) ? 'O' : 0x253F)
				     : (scene_ascii(s) ? '-' : 0x2501),
			   x == knob ? CANVAS_MARK : CANVAS_DIM);
}

/* What a PICK can be, the choice of now lit. */
static void
draw_choices(const struct scene *s, struct canvas_area a, const struct knob *k)
{
	char name[32], now[64];
	int x = 1;

	if (text_width(k->choices) + 1 > a.width)
		return;
	knob_get(&s->info.knobs, k, now, sizeof now);
	for (size_t i = 0; knob_choice(k, i, name, sizeof name); i++)
		x = canvas_text(a, x, 0, strcmp(name, now) ? CANVAS_DIM : CANVAS_MARK, name) + 1;
}

/* The columns right of the value. */
static void
draw_right(const struct scene *s, struct canvas_area a, const struct knob *k, bool wide)
{
	struct canvas_area bar = canvas_cut(a, 0, 0, a.width < 30 ? a.width : 30, 1);
	char was[64];

	if (wide) {
		canvas_textf(a, 0, 0, CANVAS_DIM, " %8.8s",
			     knob_get(&s->defaults, k, was, sizeof was));
		bar = canvas_cut(a, 10, 0, a.width < 40 ? a.width - 10 : 30, 1);
	}
	if (k->when == KNOB_FIXED && s->info.phase != LAB_IDLE)
		canvas_text(bar, 0, 0, CANVAS_DIM, wide ? "fixed while training" : "fixed");
	else if (k->choices)
		draw_choices(s, bar, k);
	else
		draw_bar(s, bar, k);
	if (a.width >= WHOLE - 22)
		canvas_text(a, 43, 0, CANVAS_DIM, k->doc);
}

/* A knob that turns by itself: where it goes, in place of its default, or where that has no room,
 * of its bar. */
static void
draw_ramp(const struct scene *s, struct canvas_area a, const struct ramp *r, bool wide)
{
	char to[32];

	snprintf(to, sizeof to, "%s %.5g", scene_ascii(s) ? "->" : "\u2192", ramp_last(r));
	for (int x = 0; wide && x < 10; x++)
		canvas_put(a, x, 0, ' ', CANVAS_PLAIN);
	canvas_text(canvas_cut(a, 0, 0, wide ? 10 : a.width, 1), wide, 0, CANVAS_PENDING, to);
}

/* A value in so many columns: fewer digits rather than a number cut off, which would be another
 * one. */
static const char *
fitted(const struct knobs *knobs, const struct knob *k, int columns, char *buf, size_t size)
{
	knob_brief(knobs, k, buf, size);
	for (int digits = 5; !k->choices && digits > 0 && (int)strlen(buf) > columns; digits--)
		snprintf(buf, size, "%.*g", digits, knob_value(knobs, k));
	return buf;
}

static void
draw_row(const struct scene *s, struct canvas_area a, size_t i)
{
	const struct knob *k = &knob_table[i];
	bool chosen = (int)i == s->view.knob, wide = a.width >= WIDE;
	bool is_turned = knob_value(&s->info.knobs, k) != knob_value(&s->defaults, k);
	const struct ramp *ramp = scene_ramp(s, (int)i);
	struct canvas_area right;
	char now[64], was[64];
	int x;

	if (ramp) /* it moves: every digit more is bytes at every frame */
		snprintf(now, sizeof now, "%.4g", knob_value(&s->info.knobs, k));
	else
		fitted(&s->info.knobs, k, wide ? 8 : 7, now, sizeof now);
	canvas_textf(a, 0, 0, chosen ? CANVAS_BOLD : CANVAS_PLAIN, "%c%-12s", chosen ? '>' : ' ',
		     pane_brief(k->name, 12, was, sizeof was));
	if (s->pending[i]) {
		x = canvas_textf(a, 13, 0, CANVAS_PENDING, "%*.8s %s %s?", wide ? 8 : 7, now,
				 scene_ascii(s) ? "->" : "\u2192", s->pending_text[i]);
		canvas_put(a, x, 0, ' ', CANVAS_PLAIN);
	} else {
		x = canvas_textf(a, 13, 0, CANVAS_PLAIN, "%*.8s", wide ? 8 : 7, now);
		right = canvas_cut(a, x + 1 + !wide, 0, a.width - x - 1 - !wide, 1);
		canvas_put(a, x, 0, ramp ? '~' : is_turned ? '*' : ' ', CANVAS_PENDING);
		if (!ramp || wide)
			draw_right(s, right, k, wide);
		if (ramp)
			draw_ramp(s, right, ramp, wide);
	}
	if (chosen && s->view.focus == LAYOUT_knobs)
		canvas_paint(a, 0, 0, 13, CANVAS_REVERSE);
}

static void
draw(const struct scene *s, struct canvas_area a)
{
	int list[KNOBLIST_MOST], n = knoblist_make(s, list), rows = a.height - 1;
	int first = layout_first(knoblist_row(s, s->view.knob), rows, n);
	bool wide = a.width >= WIDE;
	char note[48] = "";

	pane_heading(s, a, LAYOUT_knobs, "knobs");
	if (wide)
		canvas_text(a, 16, 0, CANVAS_DIM, "   now   default ");
	if (rows > 0 && rows < n)
		snprintf(note, sizeof note, "%d-%d of %d", first + 1, first + rows, n);
	pane_note(a, note[0] ? note : wide ? "range" : "");
	for (int y = 0; y < rows && first + y < n; y++)
		draw_row(s, canvas_cut(a, 0, 1 + y, a.width, 1), (size_t)list[first + y]);
}

const struct pane pane_knobs = {
	.name = "knobs",
	.title = "Knobs",
	.doc = "The knobs, but for those of losses that are off: value of now (* where it is not "
	       "the default, ~ where a ramp "
	       "turns it), default, where it stands in its range.",
	.hints = "jk choose  +/- turn  Enter type  / find",
	.draw = draw,
};
