/* view.c: view actions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/view.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/ui/editor.h"
#include "retort/ui/layout.h"
#include "retort/ui/move.h"
#include "retort/ui/pane.h"
#include "retort/ui/gauge_sets.h"
#include "retort/ui/knoblist.h"
#include "retort/ui/nudge.h"
#include "retort/ui/view_leave.h"
#include "retort/ui/view_plot.h"
#include "retort/ui/view_runs.h"

/* Defines act_<id>, the function of an action of views.def. */
#define ACTION(id) \
	static int act_##id(struct scene *s, const char *argument, struct text *line, struct err *e)
#define UNUSED (void)s, (void)argument, (void)line, (void)e

/* An action that is one statement and cannot fail. */
#define SIMPLE(id, statement) \
	ACTION(id)            \
	{                     \
		UNUSED;       \
		statement;    \
		return 0;     \
	}
/* An action that is one expression: 0, or -1 and an error. */
#define RESULT(id, expression)     \
	ACTION(id)                 \
	{                          \
		UNUSED;            \
		return expression; \
	}

/* ---- focus, movement, scales ---- */

ACTION(focus)
{
	int64_t n;
	int pane = pane_find(argument);

	(void)line;
	if (text_to_int(argument, &n) == 0 && n >= 1 && n <= (int64_t)pane_count)
		pane = (int)n - 1;
	if (pane < 0) {
		choice_invalid_next(e, "pane", argument, pane_name);
		return err_wrap(e, "view focus");
	}
	if (pane_empty(s, pane))
		return err_set(e, "%s: nothing to show: %s", pane_name((size_t)pane),
			       pane_empty(s, pane));
	s->view.helping = pane == LAYOUT_help;
	s->view.focus = pane == LAYOUT_help ? s->view.focus : pane;
	return 0;
}

/* Focus a pane further in the order of Tab, in which help and empty panes have no part. */
static void
shift_focus(struct scene *s, int by)
{
	int n = (int)pane_count;

	s->view.helping = false;
	do
		s->view.focus = (s->view.focus + by + n) % n;
	while (s->view.focus == LAYOUT_help || pane_empty(s, s->view.focus));
}

SIMPLE(next, shift_focus(s, 1))
SIMPLE(previous, shift_focus(s, -1))
SIMPLE(zoom, s->view.zoomed = !s->view.zoomed)
SIMPLE(up, move_by(s, 0, -1))
SIMPLE(down, move_by(s, 0, 1))
SIMPLE(left, move_by(s, -1, 0))
SIMPLE(right, move_by(s, 1, 0))
SIMPLE(page_up, move_page(s, -1))
SIMPLE(page_down, move_page(s, 1))
SIMPLE(top, move_end(s, -1))
SIMPLE(bottom, move_end(s, 1))
SIMPLE(log_x, s->view.log_x = !s->view.log_x)
SIMPLE(zoom_in, move_zoom(s, 0.5))
SIMPLE(zoom_out, move_zoom(s, 2))
SIMPLE(pan_left, move_pan(s, -0.25))
SIMPLE(pan_right, move_pan(s, 0.25))
SIMPLE(all, s->view.x_from = s->view.x_to = 0)
SIMPLE(smoother, nudge_smooth(s, 1, line))
SIMPLE(rougher, nudge_smooth(s, -1, line))
RESULT(next_mark, move_to_mark(s, 1, e))
RESULT(previous_mark, move_to_mark(s, -1, e))

ACTION(log_y)
{
	int which = layout_plot(s->view.focus);

	UNUSED;
	s->view.log_y[which] = !s->view.log_y[which];
	return 0;
}

RESULT(y_range, view_plot_range(s, argument, e))
RESULT(toggle, view_plot_toggle(s, argument, e))

ACTION(display)
{
	UNUSED;
	s->view.helping = false;
	s->view.focus = LAYOUT_knobs;
	knoblist_turn(s);
	return 0;
}

ACTION(cursor)
{
	UNUSED;
	s->view.cursor_on = !s->view.cursor_on;
	s->view.cursor = (uint32_t)s->info.run->step;
	return 0;
}

ACTION(metric)
{
	unsigned id = metric_find(argument);
	int which = layout_plot(s->view.focus);

	(void)line;
	if (id == METRIC_NONE) {
		choice_unknown(e, "metric", argument, metric_name, "`help metrics`");
		return err_wrap(e, "view metric");
	}
	s->view.plot_metric[which] = (int)id;
	s->view.y_from[which] = s->view.y_to[which] = 0; /* they were those of the other metric */
	return 0;
}

/* The branch after the one in view: the student, then the teachers in turn. */
static int
next_branch(const struct scene *s)
{
	int n = s->info.n_teachers, now = s->view.branch;

	if (n == 0 || now == BRANCH_TEACHER(n - 1))
		return BRANCH_STUDENT;
	return now == BRANCH_STUDENT ? BRANCH_TEACHER(0) : now + 1;
}

ACTION(branch)
{
	int n = s->info.n_teachers, k;

	(void)line;
	if ((s->view.editing || s->view.focus == LAYOUT_map) && !argument[0]) {
		s->view.edit_teacher = n ? (s->view.edit_teacher + 1) % n : 0;
		move_by(s, 0, 0);
		return 0;
	}
	s->view.follow_branch = false;
	if (argument[0] && strcmp(argument, "s") != 0) {
		k = lab_info_teacher(&s->info, argument, e);
		if (k < 0)
			return err_wrap(e, "view branch");
		s->view.branch = BRANCH_TEACHER(k);
		return 0;
	}
	s->view.branch = k = argument[0] ? BRANCH_STUDENT : next_branch(s);
	scene_say(s, false, "curves of %s",
		  k == BRANCH_STUDENT ? "the student"
				      : s->info.teacher[k - BRANCH_TEACHER(0)].name);
	return 0;
}

/* ---- values ---- */

RESULT(more, nudge_value(s, 1, line, e))
RESULT(less, nudge_value(s, -1, line, e))
RESULT(mute, nudge_mute(s, line, e))
RESULT(solo, nudge_solo(s, line, e))
RESULT(equalise, nudge_equalise(s, line, e))
RESULT(first_set, gauge_sets_choose(s, 0, argument, e))
RESULT(second_set, gauge_sets_choose(s, 1, argument, e))

static int
open_prompt(struct scene *s, const char *prefill)
{
	snprintf(s->prefill, sizeof s->prefill, "%s", prefill);
	s->wants |= SCENE_PROMPT;
	return 0;
}

/* ---- runs ---- */

RESULT(fork, view_runs_fork(s, e))
SIMPLE(back, view_runs_back(s, line))
RESULT(hide, view_runs_hide(s, line, e))
RESULT(reference, view_runs_reference(s, line, e))
RESULT(drop, view_runs_drop(s, e))
RESULT(difference, view_runs_difference(s, e))
RESULT(sweep, view_runs_sweep(s, e))

ACTION(prompt)
{
	char text[256];
	/* bindings lose a trailing blank: restore it after these commands */
	bool blank = strcmp(argument, "mark") == 0 || strcmp(argument, "run") == 0 ||
		     strcmp(argument, "set") == 0 || strncmp(argument, "quit with ", 10) == 0;

	UNUSED;
	snprintf(text, sizeof text, "%s%s", argument, blank ? " " : "");
	return open_prompt(s, text);
}

/* ---- map editor ---- */

RESULT(map, editor_open(s, e))

ACTION(apply)
{
	UNUSED;
	if (s->view.n_edits == 0)
		return err_set(e, "map: no pending edits; 1..9 set the weight in tenths, 0 removes "
				  "the pair");
	editor_apply(s, line);
	return line->len ? 0 : err_set(e, "map: the layers of the pending edits no longer exist");
}

ACTION(enter)
{
	char text[128];

	if (editor_is_open(s) && !s->view.helping)
		return act_apply(s, argument, line, e);
	switch (move_target(s)) {
	case LAYOUT_knobs:
		snprintf(text, sizeof text, "set %s ", knob_table[s->view.knob].name);
		return open_prompt(s, text);
	case LAYOUT_teachers:
		if (s->view.teacher >= s->info.n_teachers)
			return open_prompt(s, "teacher ");
		snprintf(text, sizeof text, "teachers %s weight ",
			 s->info.teacher[s->view.teacher].name);
		return open_prompt(s, text);
	case LAYOUT_map:
		return act_map(s, argument, line, e);
	case LAYOUT_runs:
		return view_runs_focus(s, line, e);
	default:
		return 0;
	}
}

ACTION(discard)
{
	UNUSED;
	if (s->view.n_edits)
		scene_say(s, false, "%d pending edit%s discarded", s->view.n_edits,
			  s->view.n_edits == 1 ? "" : "s");
	else
		s->view.editing = false;
	s->view.n_edits = 0;
	return 0;
}

static int
need_editor(const struct scene *s, struct err *e)
{
	return editor_is_open(s) ? 0 : err_set(e, "only in the map editor; m opens it");
}

ACTION(weight)
{
	int64_t n;

	UNUSED;
	if (need_editor(s, e) < 0)
		return -1;
	if (text_to_int(argument, &n) < 0 || n < 1 || n > 9)
		return err_set(e, "view weight: invalid weight '%.20s' (expected 1 to 9, tenths)",
			       argument);
	return editor_edit(s, (double)n / 10, e);
}

RESULT(clear_edit, need_editor(s, e) < 0 ? -1 : editor_edit(s, -1, e))
RESULT(tap, need_editor(s, e) < 0 ? -1 : editor_next_tap(s, e))
RESULT(match, need_editor(s, e) < 0 ? -1 : editor_next_match(s, e))
RESULT(through, need_editor(s, e) < 0 ? -1 : editor_next_through(s, e))

/* ---- search, closing, terminal ---- */

SIMPLE(search, s->wants |= SCENE_SEARCH)
SIMPLE(redraw, s->wants |= SCENE_REDRAW)
SIMPLE(suspend, s->wants |= SCENE_SUSPEND)
RESULT(find_next, move_find(s, 1, e))
RESULT(find_previous, move_find(s, -1, e))

ACTION(find)
{
	(void)line;
	snprintf(s->view.search, sizeof s->view.search, "%.63s", argument);
	return move_find(s, 1, e);
}

ACTION(close)
{
	UNUSED;
	if (s->view.helping) {
		s->view.helping = false;
	} else if (s->view.editing) {
		s->view.editing = false;
	} else if (s->view.zoomed) {
		s->view.zoomed = false;
	} else {
		view_leave(s, line);
	}
	return 0;
}

SIMPLE(leave, view_leave(s, line))

ACTION(write)
{
	UNUSED;
	if (!argument[0] && view_leave_needs_file(s))
		return open_prompt(s, "save s ");
	return view_leave_write(s, argument, line, e);
}

ACTION(cancel)
{
	UNUSED;
	if (s->question[0])
		scene_dismiss(s);
	else if (s->view.search[0] && s->view.helping)
		s->view.search[0] = '\0';
	else if (s->view.helping)
		s->view.helping = false;
	else if (s->view.editing)
		s->view.editing = false;
	else if (s->view.cursor_on)
		s->view.cursor_on = false;
	else
		s->message[0] = '\0';
	return 0;
}

/* ---- the table ---- */

const struct view_action view_table[] = {
#define VIEW(id, name, argument, help) { name, act_##id },
#include "retort/session/cmd/views.def"
};
const size_t view_count = sizeof view_table / sizeof view_table[0];

const char *
view_name(size_t i)
{
	return i < view_count ? view_table[i].name : NULL;
}

const struct view_action *
view_find(const char *name, struct err *e)
{
	for (size_t i = 0; i < view_count; i++)
		if (strcmp(view_table[i].name, name) == 0)
			return &view_table[i];
	choice_unknown(e, "action", name, view_name, "`help view` lists all");
	err_wrap(e, "view");
	return NULL;
}

int
view_do(struct scene *s, const char *name, const char *argument, struct text *line, struct err *e)
{
	const struct view_action *v = view_find(name, e);

	if (!v)
		return -1;
	s->version++;
	return v->exec(s, argument, line, e);
}
