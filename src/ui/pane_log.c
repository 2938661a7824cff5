/* pane_log.c: changes, events and errors, newest at the bottom. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "retort/ui/layout.h"
#include "retort/ui/pane.h"

#define INDENT 2     /* of the rows after the first of a line */
#define WITH_TIME 46 /* pane width from which the time of a line is shown */
#define TIME_WIDTH 6 /* "14:02 " */

static const struct scene_line *
line_at(const struct scene *s, int i)
{
	return &s->log[(s->log_first + i) % SCENE_LOG];
}

/* Columns before the text: its time, if that is known and there is room. */
static int
time_width(const struct scene_line *l, int width)
{
	return l->when && width >= WITH_TIME ? TIME_WIDTH : 0;
}

/* Rows that a line takes in a pane of that width; with `a`, draw them from row y on. */
static int
draw_line(const struct scene_line *l, int width, const struct canvas_area *a, int y)
{
	static const enum canvas_style styles[] = { CANVAS_PLAIN, CANVAS_GOOD, CANVAS_WARN,
						    CANVAS_BAD };
	const char *text = l->text;
	char row[sizeof l->text], at[16];
	int rows = 0, x = 1 + time_width(l, width);
	time_t when = (time_t)l->when;
	struct tm tm;

	if (a && x > 1 && localtime_r(&when, &tm) && strftime(at, sizeof at, "%H:%M", &tm))
		canvas_text(*a, 1, y, CANVAS_DIM, at);
	do {
		int room = width - x - (rows ? INDENT : 0);
		size_t len = canvas_wrap(text, room > 1 ? room : 1);

		snprintf(row, sizeof row, "%.*s", (int)len, text);
		if (a && y + rows >= 0)
			canvas_text(*a, x + (rows ? INDENT : 0), y + rows, styles[l->level], row);
		text += len;
		text += *text == ' ';
		rows++;
	} while (*text && width > INDENT + 8);
	return rows;
}

static void
draw_log(const struct scene *s, struct canvas_area a)
{
	struct canvas_area body = canvas_cut(a, 0, 1, a.width, a.height - 1);
	int last = s->n_log - s->view.log_scroll, first = last, rows = 0;
	char note[48] = "";

	pane_heading(s, a, LAYOUT_log, "log");
	if (last < s->n_log)
		snprintf(note, sizeof note, "%d newer", s->n_log - last);
	pane_note(a, note);
	while (first > 0 && rows < body.height)
		rows += draw_line(line_at(s, --first), a.width, NULL, 0);
	for (int y = rows > body.height ? body.height - rows : 0; first < last; first++)
		y += draw_line(line_at(s, first), a.width, &body, y);
	if (s->n_log == 0)
		canvas_text(a, 1, 1, CANVAS_DIM, "no events yet");
}

const struct pane pane_log = {
	.name = "log",
	.title = "Log",
	.doc = "Changes, events and errors, with their steps and times.",
	.hints = "jk scroll  / search",
	.draw = draw_log,
};
