/* layout.c: the layout of the screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/layout.h"

#include <string.h>

#include "retort/ui/canvas.h"

#define TWO_SIDES 60  /* columns from which there is a right side */
#define WIDE 120      /* columns from which it shows defaults of knobs */
#define VERY_WIDE 150 /* columns from which it shows ranges of knobs */
#define TWO_PLOTS 26  /* rows of the body from which there are two plots */
#define TALL 32       /* rows of the body from which there is a log */
#define PROMPT_ROWS 3 /* of the prompt, at most */

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

/* Left side: two plots and the terms, or fewer; the focus decides which of them. */
static void
fill_left(const struct scene *s, struct layout_rect body, struct layout *l)
{
	int upper = body.height - body.height * 2 / 5, half = body.width / 2, one = s->view.focus;

	if (body.height < TWO_PLOTS) {
		one = one == LAYOUT_accuracy || one == LAYOUT_terms ? one : LAYOUT_loss;
		l->pane[one] = body;
		return;
	}
	l->pane[LAYOUT_loss] = rect(body.x, body.y, body.width, upper);
	if (body.width < 80) {
		l->pane[s->view.focus == LAYOUT_terms ? LAYOUT_terms : LAYOUT_accuracy] =
			rect(body.x, body.y + upper, body.width, body.height - upper);
		return;
	}
	l->pane[LAYOUT_accuracy] = rect(body.x, body.y + upper, half - 1, body.height - upper);
	l->pane[LAYOUT_terms] =
		rect(body.x + half, body.y + upper, body.width - half, body.height - upper);
}

/* Right side, from the top: knobs, teachers, map, log, each as tall as it needs if there is room.
 */
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
	if (body.height - log - teachers - map < 5)
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
		l->hints = cut_bottom(&body, 1);
	if (height >= 18)
		l->events = cut_bottom(&body, 1);
	if (height >= 8 && width < TWO_SIDES)
		l->folded = cut_bottom(&body, 1);
	if (height >= 20)
		l->base = cut_bottom(&body, 1);
	l->status = rect(0, 0, width, 1);
	body.y++;
	body.height--;
	fill(s, body, l);
	if (!s->view.helping && !s->view.editing && !s->view.zoomed &&
	    l->pane[s->view.focus].height)
		return;
	memset(l->pane, 0, sizeof l->pane);
	l->rule = rect(0, 0, 0, 0);
	l->pane[s->view.editing && !s->view.helping ? LAYOUT_map : whole] = body;
}
