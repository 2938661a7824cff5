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
#include "retort/ui/sides.h"
#include "retort/ui/turn.h"

/* Every action has these arguments; what it does not need it leaves alone. */
#define ACTION(name) \
	static int name(struct scene *s, const char *argument, struct text *line, struct err *e)
#define UNUSED (void)s, (void)argument, (void)line, (void)e

ACTION(focus)
{
	int64_t n;
	int pane = pane_find(argument);

	(void)line;
	if (text_to_int(argument, &n) == 0 && n >= 1 && n <= (int64_t)pane_count)
		pane = (int)n - 1;
	if (pane < 0) {
		struct text names = { 0 };

		text_items(&names, pane_name);
		err_set(e, "view focus: '%.40s' is no pane; there are 1..%zu: %s", argument,
			pane_count, text_get(&names));
		text_release(&names);
		return -1;
	}
	s->view.helping = pane == LAYOUT_help;
	s->view.focus = pane == LAYOUT_help ? s->view.focus : pane;
	return 0;
}

/* Tab goes round the panes; help is a page over them. */
static void
turn(struct scene *s, int by)
{
	int n = (int)pane_count - 1;

	s->view.helping = false;
	s->view.focus = (s->view.focus + by + n) % n;
}

ACTION(next)
{
	UNUSED;
	turn(s, 1);
	return 0;
}
ACTION(previous)
{
	UNUSED;
	turn(s, -1);
	return 0;
}
ACTION(zoom)
{
	UNUSED;
	s->view.zoomed = !s->view.zoomed;
	return 0;
}
ACTION(up)
{
	UNUSED;
	move_by(s, 0, -1);
	return 0;
}
ACTION(down)
{
	UNUSED;
	move_by(s, 0, 1);
	return 0;
}
ACTION(left)
{
	UNUSED;
	move_by(s, -1, 0);
	return 0;
}
ACTION(right)
{
	UNUSED;
	move_by(s, 1, 0);
	return 0;
}
ACTION(page_up)
{
	UNUSED;
	move_page(s, -1);
	return 0;
}
ACTION(page_down)
{
	UNUSED;
	move_page(s, 1);
	return 0;
}
ACTION(top)
{
	UNUSED;
	move_end(s, -1);
	return 0;
}
ACTION(bottom)
{
	UNUSED;
	move_end(s, 1);
	return 0;
}

ACTION(more)
{
	UNUSED;
	return turn_by(s, 1, line, e);
}
ACTION(less)
{
	UNUSED;
	return turn_by(s, -1, line, e);
}

static int
ask(struct scene *s, const char *prefill)
{
	snprintf(s->prefill, sizeof s->prefill, "%s", prefill);
	s->wants |= SCENE_PROMPT;
	return 0;
}

ACTION(map)
{
	UNUSED;
	if (s->info.n_teachers == 0)
		return err_set(e, "map: no teacher yet; `teacher big mlp 256,256` makes one");
	if (!s->info.run.has_student)
		return err_set(e, "map: no student yet; `student mlp 16` makes one");
	s->view.editing = true;
	s->view.helping = false;
	s->view.edit_teacher = s->view.edit_teacher < s->info.n_teachers ? s->view.edit_teacher : 0;
	if (s->view.edit_column == 0 && !s->info.run.student.layer[0].learns)
		s->view.edit_column = 1;
	move_by(s, 0, 0);
	return 0;
}

ACTION(apply)
{
	UNUSED;
	if (s->view.n_edits == 0)
		return err_set(e, "map: nothing is pending; 1..9 give the cell a weight in tenths, "
				  "0 takes it off");
	editor_apply(s, line);
	return line->len ? 0 : err_set(e, "map: the layers of the pending edits are gone");
}

ACTION(enter)
{
	char text[128];

	if (editor_is_open(s) && !s->view.helping)
		return apply(s, argument, line, e);
	switch (move_target(s)) {
	case LAYOUT_knobs:
		snprintf(text, sizeof text, "set %s ", knob_table[s->view.knob].name);
		return ask(s, text);
	case LAYOUT_teachers:
		if (s->view.teacher >= s->info.n_teachers)
			return ask(s, "teacher ");
		snprintf(text, sizeof text, "teachers %s weight ",
			 s->info.teacher[s->view.teacher].name);
		return ask(s, text);
	case LAYOUT_map:
		return map(s, argument, line, e);
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
		return err_set(e, "view weight: '%.20s' is no digit 1..9, tenths", argument);
	return editor_edit(s, (double)n / 10, e);
}

ACTION(clear_edit)
{
	UNUSED;
	return need_editor(s, e) < 0 ? -1 : editor_edit(s, -1, e);
}

ACTION(tap)
{
	UNUSED;
	return need_editor(s, e) < 0 ? -1 : editor_turn_tap(s, e);
}

ACTION(match)
{
	UNUSED;
	return need_editor(s, e) < 0 ? -1 : editor_turn_match(s, e);
}

ACTION(through)
{
	UNUSED;
	return need_editor(s, e) < 0 ? -1 : editor_turn_through(s, e);
}

ACTION(close_)
{
	UNUSED;
	if (s->view.helping) {
		s->view.helping = false;
	} else if (s->view.editing) {
		s->view.editing = false;
	} else if (s->view.zoomed) {
		s->view.zoomed = false;
	} else if (s->info.phase != LAB_IDLE) {
		snprintf(s->question, sizeof s->question, "quit while it works? y/n");
		snprintf(s->answer, sizeof s->answer, "quit");
	} else {
		text_add(line, "quit");
	}
	return 0;
}

/* Esc: the innermost thing first. */
ACTION(cancel)
{
	UNUSED;
	if (s->question[0])
		s->question[0] = s->answer[0] = '\0';
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

ACTION(log_y)
{
	int which = s->view.focus == LAYOUT_accuracy;

	UNUSED;
	s->view.log_y[which] = !s->view.log_y[which];
	return 0;
}

ACTION(log_x)
{
	UNUSED;
	s->view.log_x = !s->view.log_x;
	return 0;
}

ACTION(smoother)
{
	UNUSED;
	turn_smooth(s, 1, line);
	return 0;
}
ACTION(rougher)
{
	UNUSED;
	turn_smooth(s, -1, line);
	return 0;
}
ACTION(zoom_in)
{
	UNUSED;
	move_zoom(s, 0.5);
	return 0;
}
ACTION(zoom_out)
{
	UNUSED;
	move_zoom(s, 2);
	return 0;
}
ACTION(pan_left)
{
	UNUSED;
	move_pan(s, -0.25);
	return 0;
}
ACTION(pan_right)
{
	UNUSED;
	move_pan(s, 0.25);
	return 0;
}
ACTION(all)
{
	UNUSED;
	s->view.x_from = s->view.x_to = 0;
	return 0;
}

ACTION(cursor)
{
	UNUSED;
	s->view.cursor_on = !s->view.cursor_on;
	s->view.cursor = (uint32_t)s->info.run.step;
	return 0;
}

ACTION(next_mark)
{
	UNUSED;
	return move_to_mark(s, 1, e);
}
ACTION(previous_mark)
{
	UNUSED;
	return move_to_mark(s, -1, e);
}

ACTION(metric)
{
	unsigned id = metric_find(argument);
	const char *near = choice_nearest(argument, metric_name);

	(void)line;
	if (id == METRIC_NONE)
		return err_set(e, "view metric: no metric '%.40s'%s%s%s", argument,
			       near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
	s->view.plot_metric[s->view.focus == LAYOUT_accuracy] = (int)id;
	return 0;
}

/* Whose curves: by name, or the next that has any. In the editor: the next teacher. */
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
	k = argument[0] || s->view.branch == BRANCH_TEACHER(n - 1) || n == 0 ? BRANCH_STUDENT
	    : s->view.branch == BRANCH_STUDENT                               ? BRANCH_TEACHER(0)
									     : s->view.branch + 1;
	s->view.branch = k;
	scene_say(s, false, "curves of %s",
		  k == BRANCH_STUDENT ? "the student" : s->info.teacher[k - 2].name);
	return 0;
}

ACTION(mute)
{
	UNUSED;
	return turn_mute(s, line, e);
}
ACTION(solo)
{
	UNUSED;
	return turn_solo(s, line, e);
}
ACTION(equalise)
{
	UNUSED;
	return turn_equalise(s, line, e);
}

ACTION(prompt)
{
	char text[256];
	bool open = strcmp(argument, "mark") == 0 || strcmp(argument, "run") == 0 ||
		    strcmp(argument, "set") == 0;

	UNUSED;
	snprintf(text, sizeof text, "%s%s", argument, open ? " " : "");
	return ask(s, text);
}

ACTION(search)
{
	UNUSED;
	s->wants |= SCENE_SEARCH;
	return 0;
}

ACTION(find)
{
	(void)line;
	snprintf(s->view.search, sizeof s->view.search, "%.63s", argument);
	return move_find(s, 1, e);
}

ACTION(find_next)
{
	UNUSED;
	return move_find(s, 1, e);
}
ACTION(find_previous)
{
	UNUSED;
	return move_find(s, -1, e);
}
ACTION(first_set)
{
	UNUSED;
	return sides_choose(s, 0, argument, e);
}
ACTION(second_set)
{
	UNUSED;
	return sides_choose(s, 1, argument, e);
}
ACTION(redraw)
{
	UNUSED;
	s->wants |= SCENE_REDRAW;
	return 0;
}
ACTION(suspend)
{
	UNUSED;
	s->wants |= SCENE_SUSPEND;
	return 0;
}

const struct view_action view_table[] = {
#define VIEW(id, name, argument, help) { name, argument, help, id },
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
	const char *near = choice_nearest(name, view_name);

	for (size_t i = 0; i < view_count; i++)
		if (strcmp(view_table[i].name, name) == 0)
			return &view_table[i];
	err_set(e, "view: '%.40s' is no action%s%s%s", name,
		near ? "; did you mean " : "; `help view` lists them", near ? near : "",
		near ? "?" : "");
	return NULL;
}

int
view_do(struct scene *s, const char *name, const char *argument, struct text *line, struct err *e)
{
	const struct view_action *v = view_find(name, e);

	if (!v)
		return -1;
	if (!v->argument[0] && argument[0])
		return err_set(e, "view %s: takes no argument", name);
	s->version++;
	return v->exec(s, argument, line, e);
}
