/* pane_knobs.c: the knobs: value, default, position in the range. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/ui/knoblist.h"
#include "retort/ui/layout.h"
#include "retort/ui/pane.h"

#define WIDE 44     /* pane width from which defaults and limits of the bars are shown */
#define WITH_DOC 96 /* pane width from which the description of each knob is shown */

/*
 * Scale of a bar, narrower than the range of the knob. A knob that is nudged by a factor gets a
 * logarithmic scale of 1/100 to 100 times its default; one that is nudged by a step gets a linear
 * scale of 40 steps.
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

/* Position of a value on the scale, 0 to 1. */
static double
scale_position(const struct scale *c, double value)
{
	double at = c->log ? (value > 0 ? log(value / c->from) / log(c->to / c->from) : 0)
			   : (value - c->from) / (c->to - c->from);

	return at < 0 ? 0 : at > 1 ? 1 : at;
}

/* Format a limit of the scale in five columns. Returns buf. */
static const char *
format_limit(double x, char *buf, size_t size)
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
	char limit[32];

	if (a.width >= 16) {
		/* a logarithmic scale does not reach 0: label its lower end 0 all the same */
		bool zero = knob_value(&s->defaults, k) == 0 && k->min == 0;

		left = canvas_textf(a, 0, 0, CANVAS_DIM, "%5s ",
				    format_limit(zero ? 0 : c.from, limit, sizeof limit));
		right = a.width - 6;
		canvas_textf(a, right, 0, CANVAS_DIM, " %s",
			     format_limit(c.to, limit, sizeof limit));
	}
	knob = left + (int)lround(scale_position(&c, knob_value(&s->info.run->settings.knobs, k)) *
				  (right - left - 1));
	for (int x = left; x < right; x++)
		canvas_put(a, x, 0,
			   x == knob ? (scene_ascii(s) ? 'O' : 0x253F)
				     : (scene_ascii(s) ? '-' : 0x2501),
			   x == knob ? CANVAS_BOLD : CANVAS_DIM);
}

/* Draw the choices of a PICK, with the current one highlighted. */
static void
draw_choices(const struct scene *s, struct canvas_area a, const struct knob *k)
{
	char name[32], now[64];
	int x = 1;

	if (text_width(k->choices) + 1 > a.width)
		return;
	knob_print(&s->info.run->settings.knobs, k, now, sizeof now);
	for (size_t i = 0; knob_choice(k, i, name, sizeof name); i++)
		x = canvas_text(a, x, 0, strcmp(name, now) ? CANVAS_DIM : CANVAS_BOLD, name) + 1;
}

/* Draw the columns right of the value: default, bar or choices, description. */
static void
draw_right(const struct scene *s, struct canvas_area a, const struct knob *k, bool wide)
{
	struct canvas_area bar = canvas_cut(a, 0, 0, a.width < 30 ? a.width : 30, 1);
	char was[64];

	if (wide) {
		canvas_textf(a, 0, 0, CANVAS_DIM, " %8.8s",
			     knob_print(&s->defaults, k, was, sizeof was));
		bar = canvas_cut(a, 10, 0, a.width < 40 ? a.width - 10 : 30, 1);
	}
	if (k->when == KNOB_FIXED && s->info.phase != LAB_IDLE)
		canvas_text(bar, 0, 0, CANVAS_DIM,
			    bar.width >= 21 ? "fixed during training" : "fixed");
	else if (k->choices)
		draw_choices(s, bar, k);
	else
		draw_bar(s, bar, k);
	if (a.width >= WITH_DOC - 22)
		canvas_text_most(a, 43, 0, a.width - 43, CANVAS_DIM, k->doc);
}

/* Draw the final value of a ramp over the default, or in a narrow pane over the bar. */
static void
draw_ramp(const struct scene *s, struct canvas_area a, const struct ramp *r, bool wide)
{
	char to[32];

	snprintf(to, sizeof to, "%s %.5g", scene_arrow(s), ramp_last(r));
	for (int x = 0; wide && x < 10; x++)
		canvas_put(a, x, 0, ' ', CANVAS_PLAIN);
	canvas_text(canvas_cut(a, 0, 0, wide ? 10 : a.width, 1), wide, 0, CANVAS_PENDING, to);
}

/* Format a value in so many columns, with as many digits as fit: a truncated number would be
 * another number. Returns buf. */
static const char *
format_fitted(const struct knobs *knobs, const struct knob *k, int columns, char *buf, size_t size)
{
	knob_print_brief(knobs, k, buf, size);
	for (int digits = 5; !k->choices && digits > 0 && (int)strlen(buf) > columns; digits--)
		snprintf(buf, size, "%.*g", digits, knob_value(knobs, k));
	return buf;
}

static void
draw_row(const struct scene *s, struct canvas_area a, size_t i)
{
	const struct knob *k = &knob_table[i];
	bool chosen = (int)i == s->view.knob, wide = a.width >= WIDE;
	bool is_changed =
		knob_value(&s->info.run->settings.knobs, k) != knob_value(&s->defaults, k);
	const struct ramp *ramp = scene_ramp(s, (int)i);
	struct canvas_area right;
	char now[64], was[64];
	int x;

	if (ramp) /* it changes at every step, and each digit costs bytes in each frame */
		snprintf(now, sizeof now, "%.4g", knob_value(&s->info.run->settings.knobs, k));
	else
		format_fitted(&s->info.run->settings.knobs, k, wide ? 8 : 7, now, sizeof now);
	canvas_textf(a, 0, 0, chosen ? CANVAS_BOLD : CANVAS_PLAIN, "%c%-12s", chosen ? '>' : ' ',
		     pane_brief(k->name, 12, was, sizeof was));
	if (s->pending[i]) {
		x = canvas_textf(a, 13, 0, CANVAS_PENDING, "%*.8s %s %s?", wide ? 8 : 7, now,
				 scene_arrow(s), s->pending_text[i]);
		canvas_put(a, x, 0, ' ', CANVAS_PLAIN);
	} else {
		x = canvas_textf(a, 13, 0, CANVAS_PLAIN, "%*.8s", wide ? 8 : 7, now);
		right = canvas_cut(a, x + 1 + !wide, 0, a.width - x - 1 - !wide, 1);
		canvas_put(a, x, 0,
			   ramp         ? '~'
			   : is_changed ? '*'
					: ' ',
			   ramp || is_changed ? CANVAS_MARK : CANVAS_PLAIN);
		if (!ramp || wide)
			draw_right(s, right, k, wide);
		if (ramp)
			draw_ramp(s, right, ramp, wide);
	}
	if (chosen && s->view.focus == LAYOUT_knobs)
		canvas_paint(a, 0, 0, 13, CANVAS_REVERSE);
}

/* Describe the selected knob in the rows of the area. */
static void
draw_help(const struct scene *s, struct canvas_area a)
{
	char text[512], row[256];
	const char *rest = knoblist_describe(s, s->view.knob, text, sizeof text);

	for (int y = 0; y < a.height && *rest; y++) {
		size_t len = canvas_wrap(rest, a.width - 1);

		if (y + 1 == a.height) {
			canvas_text_most(a, 1, y, a.width - 1, CANVAS_DIM, rest);
			return;
		}
		snprintf(row, sizeof row, "%.*s", (int)len, rest);
		canvas_text(a, 1, y, CANVAS_DIM, row);
		rest += len;
		rest += *rest == ' ';
	}
}

static void
draw_knobs(const struct scene *s, struct canvas_area a)
{
	int list[KNOBLIST_MOST], n = knoblist_make(s, list),
				 help = knoblist_help_rows(a.height - 1);
	int rows = a.height - 1 - help,
	    first = layout_first(knoblist_row(s, s->view.knob), rows, n);
	bool wide = a.width >= WIDE;
	char note[48] = "";

	pane_heading(s, a, LAYOUT_knobs, s->view.display ? "display" : "knobs");
	if (wide)
		canvas_text(a, 16, 0, CANVAS_DIM, "   now   default ");
	if (rows > 0 && rows < n)
		snprintf(note, sizeof note, "%d-%d of %d", first + 1, first + rows, n);
	pane_note(a, note[0] ? note : wide ? "range" : "");
	for (int y = 0; y < rows && first + y < n; y++)
		draw_row(s, canvas_cut(a, 0, 1 + y, a.width, 1), (size_t)list[first + y]);
	draw_help(s, canvas_cut(a, 0, 1 + rows, a.width, help));
}

const struct pane pane_knobs = {
	.name = "knobs",
	.title = "Knobs",
	.doc = "Knobs, without those of inactive losses, or with d those of the display: current "
	       "value (* differs from the "
	       "default, "
	       "~ follows a ramp), default, position in the range.",
	.hints = "jk select  +/- change  Enter edit  / find  d display",
	.draw = draw_knobs,
};
