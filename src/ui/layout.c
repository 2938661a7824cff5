/* layout.c: the layout of the screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/layout.h"

#include <string.h>

#include "retort/ui/canvas.h"
#include "retort/ui/pane.h"

#define TWO_SIDES 60        /* columns from which there is a right side */
#define WIDE 120            /* columns from which it shows defaults of knobs */
#define VERY_WIDE 150       /* columns from which it shows ranges of knobs */
#define TWO_PLOTS 16        /* rows of the body from which there are two plots */
#define THREE_ROWS 48       /* rows of the body from which there are three rows of panes ... */
#define THREE_ROWS_WIDE 130 /* ... on a left side of so many columns */
#define REPORT_WIDTH 78     /* columns of a report */
#define EDITOR_WIDE 76      /* columns of the left side from which the map editor is in it */
#define EDITOR_ROWS 13      /* rows of the map editor without those of layers */
#define EDITOR_PLOT 12      /* rows that it leaves to the plot above it */
#define TALL 32             /* rows of the body from which there is a log */
#define LOG_ROWS 5          /* rows that runs leave to the log below them */
#define RUNS_ROWS 4         /* rows of the runs, at least */
#define RUNS_AROUND 3       /* rows of the heading and of the selected run */
#define PROMPT_ROWS 3       /* of the prompt, at most */

int
layout_plot(int pane)
{
	return pane == LAYOUT_accuracy ? 1 : pane == LAYOUT_divergence ? 2 : 0;
}

int
layout_plot_pane(int plot)
{
	return plot == 1 ? LAYOUT_accuracy : plot == 2 ? LAYOUT_divergence : LAYOUT_loss;
}

int
layout_first(int chosen, int rows, int n)
{
	int first = chosen - rows / 2;

	first = first > n - rows ? n - rows : first;
	return first < 0 ? 0 : first;
}

static struct layout_rect
rect(int x, int y, int width, int height)
{
	return (struct layout_rect){ x, y, width > 0 ? width : 0,
				     width > 0 && height > 0 ? height : 0 };
}

/* Remove `rows` from the bottom of the body and return them. */
static struct layout_rect
cut_bottom(struct layout_rect *body, int rows)
{
	body->height -= rows;
	return rect(body->x, body->y + body->height, body->width, rows);
}

static int
min_int(int x, int most)
{
	return x < most ? x : most;
}

/* Put two panes side by side into a row of the left side. */
static void
fill_row(struct layout *l, struct layout_rect row, int left, int right)
{
	int half = row.width / 2;

	if (right == LAYOUT_report && row.width - half < REPORT_WIDTH)
		half = row.width - REPORT_WIDTH;
	l->pane[left] = rect(row.x, row.y, half - 1, row.height);
	l->pane[right] = rect(row.x + half, row.y, row.width - half, row.height);
}

/* The pane under the upper plot on a narrow left side: the focused one of those that can be there.
 */
static int
lower_pane(const struct scene *s)
{
	int focus = s->view.focus;

	return focus == LAYOUT_terms || focus == LAYOUT_divergence || focus == LAYOUT_runs
		       ? focus
		       : LAYOUT_accuracy;
}

/* The third row of the left side: the third plot, beside it the focused pane of those that can be
 * there, or one that has something to show. */
static void
fill_third(const struct scene *s, struct layout_rect row, struct layout *l)
{
	int focus = s->view.focus, right = -1;

	if (focus == LAYOUT_texts || focus == LAYOUT_gauge || focus == LAYOUT_report)
		right = focus;
	else if (!pane_empty(s, LAYOUT_report))
		right = LAYOUT_report;
	else if (s->gauge.rows[0])
		right = LAYOUT_gauge;
	else if (s->bitext || s->translation.total)
		right = LAYOUT_texts;
	if (right < 0)
		l->pane[LAYOUT_divergence] = row;
	else
		fill_row(l, row, LAYOUT_divergence, right);
}

/* Left side: the plots and the terms, or fewer; the focus decides which of them. On a very large
 * one a report, or texts, too. */
static void
fill_left(const struct scene *s, struct layout_rect body, struct layout *l)
{
	bool three = body.width >= THREE_ROWS_WIDE && body.height >= THREE_ROWS;
	int lower = (body.height * 2 + 3) / 5 * (three ? 3 : 2) / 2, focus = s->view.focus;
	struct layout_rect row;

	if (body.height < TWO_PLOTS) {
		l->pane[focus == LAYOUT_accuracy || focus == LAYOUT_terms ||
					focus == LAYOUT_divergence
				? focus
				: LAYOUT_loss] = body;
		return;
	}
	l->pane[LAYOUT_loss] = rect(body.x, body.y, body.width, body.height - lower);
	row = rect(body.x, body.y + body.height - lower, body.width, three ? lower / 2 : lower);
	if (body.width < 80) {
		l->pane[lower_pane(s)] = row;
		return;
	}
	if (!three && focus == LAYOUT_report && body.width >= REPORT_WIDTH && row.height >= 14) {
		l->pane[LAYOUT_report] = row;
		return;
	}
	fill_row(l, row, !three && focus == LAYOUT_divergence ? focus : LAYOUT_accuracy,
		 focus == LAYOUT_runs && !l->pane[LAYOUT_runs].height ? focus : LAYOUT_terms);
	if (three)
		fill_third(s, rect(row.x, row.y + row.height, row.width, lower - row.height), l);
}

/* The map editor in the lower left part, as tall as it needs; the upper plot above it, the right
 * side as ever. False where the screen is too small. */
static bool
fill_editing(const struct scene *s, struct layout_rect body, struct layout *l)
{
	int rows = s->view.edit_teacher < s->info.n_teachers
			   ? s->info.teacher[s->view.edit_teacher].n_layers + EDITOR_ROWS
			   : EDITOR_ROWS,
	    width = l->rule.height ? l->rule.x - body.x : body.width;

	rows = rows > body.height - EDITOR_PLOT ? body.height - EDITOR_PLOT : rows;
	if (width < EDITOR_WIDE || rows < EDITOR_ROWS || s->view.zoomed)
		return false;
	for (int i = 0; i < LAYOUT_PANES; i++)
		if (l->pane[i].x < body.x + width)
			l->pane[i] = rect(0, 0, 0, 0);
	if (l->pane[LAYOUT_log].height) { /* the log has the rows of the overview, below the runs */
		l->pane[LAYOUT_runs].y -= l->pane[LAYOUT_map].height;
		l->pane[LAYOUT_log].y -= l->pane[LAYOUT_map].height;
		l->pane[LAYOUT_log].height += l->pane[LAYOUT_map].height;
	}
	l->pane[LAYOUT_loss] = rect(body.x, body.y, width, body.height - rows);
	l->pane[LAYOUT_map] = rect(body.x, body.y + body.height - rows, width, rows);
	return true;
}

/* The runs above the log, where both have room: their rows are taken from the log. */
static void
fill_runs(const struct scene *s, struct layout *l)
{
	struct layout_rect *log = &l->pane[LAYOUT_log];
	int rows = min_int(s->info.n_runs + RUNS_AROUND, log->height - LOG_ROWS);

	if (s->info.n_runs < 2 || rows < RUNS_ROWS)
		return;
	l->pane[LAYOUT_runs] = rect(log->x, log->y, log->width, rows);
	*log = rect(log->x, log->y + rows, log->width, log->height - rows);
}

/* Right side, from the top: knobs, teachers, map, runs, log, each as tall as it needs if there is
 * room. */
static void
fill_right(const struct scene *s, struct layout_rect body, struct layout *l)
{
	int teachers = 2 + (s->info.n_teachers ? s->info.n_teachers : 1), map = 3, knobs, log = 0,
	    y = body.y;

	for (int t = 0; t < s->info.n_teachers; t++)
		map = s->info.teacher[t].n_layers + 2 > map ? s->info.teacher[t].n_layers + 2 : map;
	map = min_int(map, 12);
	if (body.height >= TALL)
		log = min_int(12, body.height / 4);
	if (log && s->info.n_runs > 1 && body.height - log - teachers - map > RUNS_ROWS + 8)
		log += min_int(s->info.n_runs + RUNS_AROUND,
			       RUNS_ROWS + 4); /* of which the runs have a part */
	if (pane_empty(s, LAYOUT_map) || body.height - log - teachers - map < 5 ||
	    (body.height < TALL && s->info.run->settings.n_maps == 0))
		map = 0;
	if (body.height - log - teachers < 5)
		teachers = 0;
	knobs = min_int((int)knob_count + 2, body.height - log - teachers - map);
	log = log ? body.height - knobs - teachers - map : 0;
	if (!log && map)
		map = body.height - knobs - teachers;
	else if (!log && teachers)
		teachers = body.height - knobs;
	l->pane[LAYOUT_knobs] = rect(body.x, y, body.width, knobs);
	y += knobs;
	l->pane[LAYOUT_teachers] = rect(body.x, y, body.width, teachers);
	y += teachers;
	l->pane[LAYOUT_map] = rect(body.x, y, body.width, map);
	y += map;
	l->pane[LAYOUT_log] = rect(body.x, y, body.width, log);
	fill_runs(s, l);
}

static void
fill(const struct scene *s, struct layout_rect body, struct layout *l)
{
	int right = body.width >= VERY_WIDE   ? 54
		    : body.width >= WIDE      ? 46
		    : body.width >= TWO_SIDES ? 29
					      : 0;
	struct layout_rect left = body;

	if (right) {
		left.width -= right + 1;
		l->rule = rect(left.width, body.y, 1, body.height);
		fill_right(s, rect(left.width + 1, body.y, right, body.height), l);
	}
	fill_left(s, left, l);
}

/* Rows of the prompt: a question or a message wider than the screen is wrapped where there is room.
 */
static int
prompt_rows(const struct scene *s, int width, int height)
{
	const char *text = s->prompting ? "" : s->question[0] ? s->question : s->message;
	int rows = 1;

	while (height >= 18 && rows < PROMPT_ROWS && text[canvas_wrap(text, width - 1)]) {
		text += canvas_wrap(text, width - 1);
		text += *text == ' ';
		rows++;
	}
	return rows;
}

void
layout_make(const struct scene *s, int width, int height, struct layout *l)
{
	struct layout_rect body = rect(0, 0, width, height);
	int whole = s->view.helping ? LAYOUT_help : s->view.focus;

	memset(l, 0, sizeof *l);
	if (width < 20 || height < 4) {
		l->one_line = true;
		return;
	}
	l->prompt = cut_bottom(&body, prompt_rows(s, width, height));
	if (height >= 14)
		l->hints = cut_bottom(&body, height >= 22 ? 2 : 1);
	if (height >= 18)
		l->events = cut_bottom(&body, 1);
	if (height >= 8 && width < TWO_SIDES)
		l->folded = cut_bottom(&body, 1);
	if (height >= 28)
		l->base = cut_bottom(&body, 1);
	l->status = rect(0, 0, width, 1);
	body.y++;
	body.height--;
	fill(s, body, l);
	if (s->view.editing && !s->view.helping && fill_editing(s, body, l))
		return;
	if (!s->view.helping && !s->view.editing && !s->view.zoomed &&
	    l->pane[s->view.focus].height)
		return;
	memset(l->pane, 0, sizeof l->pane);
	l->rule = rect(0, 0, 0, 0);
	l->pane[s->view.editing && !s->view.helping ? LAYOUT_map : whole] = body;
}
