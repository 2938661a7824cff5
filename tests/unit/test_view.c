/* test_view.c: view actions: what keys do to the view, and which commands they become. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/session/cmd/cmd_table.h"
#include "retort/ui/knoblist.h"
#include "retort/ui/layout.h"
#include "retort/ui/move.h"
#include "retort/ui/pane.h"
#include "retort/ui/view.h"
#include "scenes.h"
#include "viewrig.h"

static void
each_action_in_each_scene_succeeds_or_gives_an_error(void **state)
{
	static const char *const arguments[] = { "",           "1",      "big",
						 "knobs",      "val-kl", "no-such-thing",
						 "99999999999" };
	struct canvas c = { 0 };

	(void)state;
	canvas_resize(&c, 80, 24);
	for (int kind = 0; kind < SCENES_KINDS; kind++)
		for (int focus = 0; focus < (int)pane_count; focus++)
			for (size_t a = 0; a < view_count; a++)
				for (size_t w = 0; w < sizeof arguments / sizeof *arguments; w++) {
					struct text line = { 0 };
					struct err e = { .msg = "" };
					struct scene s;
					uint64_t version;
					int status;

					if (w && !cmd_view.form[a].item[1].name)
						continue;
					if (focus > 1 && kind > 1 && w > 1)
						continue; /* limits the time */
					scenes_make(&s, (enum scenes_kind)kind);
					s.view.focus = focus;
					version = s.version;
					status = view_do(&s, view_table[a].name, arguments[w],
							 &line, &e);
					CHECK((status < 0) == (e.msg[0] != '\0'));
					CHECK(s.version > version);
					CHECK(s.view.focus >= 0 && s.view.focus < (int)pane_count);
					pane_draw_all(&s, &c);
					text_release(&line);
					scenes_release(&s);
				}
	canvas_release(&c);
}

/* A long random walk never leaves the valid ranges. */
static void
random_actions_leave_a_scene_that_can_be_drawn(void **state)
{
	struct canvas c = { 0 };
	uint32_t seed = 1;

	(void)state;
	canvas_resize(&c, 60, 18);
	for (int kind = 0; kind < SCENES_KINDS; kind++) {
		struct scene s;

		scenes_make(&s, (enum scenes_kind)kind);
		for (int i = 0; i < 3000; i++) {
			seed = seed * 1664525u + 1013904223u;
			viewrig_done(&s, view_table[(seed >> 8) % view_count].name, "");
			CHECK(s.view.knob >= 0 && s.view.knob < (int)knob_count);
			CHECK(s.view.n_edits >= 0 && s.view.n_edits <= TRAIN_MAPS);
			CHECK(s.view.x_to == 0 || s.view.x_from < s.view.x_to);
			if (i % 8 == 0)
				pane_draw_all(&s, &c);
		}
		scenes_release(&s);
	}
	canvas_release(&c);
}

static void
unknown_actions_and_arguments_suggest_a_name(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	CHECK(viewrig_is_refused_with(&s, "log-yy", "", "did you mean log-y?"));
	CHECK(viewrig_is_refused_with(&s, "metric", "val-nl", "did you mean val-nll?"));
	CHECK(viewrig_is_refused(&s, "focus", "nowhere"));
	CHECK(viewrig_is_refused(&s, "focus", "99"));
	CHECK(viewrig_is_refused(&s, "weight", "5")); /* the editor is closed */
	scenes_release(&s);
}

static void
nudges_start_from_the_pending_value(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	s.pending[0] = false;
	CHECK_STR(viewrig_done(&s, "more", ""), "set temperature 5");
	CHECK_STR(viewrig_done(&s, "less", ""), "set temperature 3.2");
	s.pending[0] = true; /* 8 */
	CHECK_STR(viewrig_done(&s, "more", ""), "set temperature 10");
	CHECK_STR(viewrig_done(&s, "focus", "knobs"), "");
	CHECK_STR(viewrig_done(&s, "down", ""), "");
	CHECK_STR(viewrig_done(&s, "more", ""), "set kd-weight 0.75");
	s.view.knob = (int)(knob_find("optimizer", NULL) - knob_table);
	CHECK_STR(viewrig_done(&s, "more", ""), "set optimizer sgd"); /* the next choice */
	CHECK_STR(viewrig_done(&s, "enter", ""), "");
	CHECK_STR(s.prefill, "set optimizer ");
	CHECK_INT(s.wants, SCENE_PROMPT);
	CHECK_STR(viewrig_done(&s, "smoother", ""), "set smooth 0.5");
	s.info.run->settings.knobs.smooth = 0.6;
	CHECK_STR(viewrig_done(&s, "rougher", ""), "set smooth 0.5");
	scenes_release(&s);
}

static void
the_mixer_gives_one_command_per_key(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	s.view.focus = LAYOUT_teachers;
	s.view.teacher = 1;
	CHECK_STR(viewrig_done(&s, "more", ""), "teachers wide weight 0.4");
	CHECK_STR(viewrig_done(&s, "less", ""), "teachers wide weight 0.2");
	s.info.run->settings.teacher_weight[1] = 0.25;
	CHECK_STR(viewrig_done(&s, "less", ""), "teachers wide weight 0.2");
	s.info.run->settings.teacher_weight[1] = 0;
	CHECK_STR(viewrig_done(&s, "less", ""), "teachers wide weight 0");
	CHECK_STR(viewrig_done(&s, "mute", ""), "teachers wide mute");
	CHECK_STR(viewrig_done(&s, "solo", ""), "teachers wide solo");
	s.info.run->settings.teacher_muted[0] = true;
	CHECK_STR(viewrig_done(&s, "solo", ""), "teachers unmute");
	CHECK_STR(viewrig_done(&s, "equalise", ""), "teachers equal");
	s.view.teacher = 2;
	CHECK_STR(viewrig_done(&s, "mute", ""), "teachers deep unmute");
	CHECK_STR(viewrig_done(&s, "enter", ""), "");
	CHECK_STR(s.prefill, "teachers deep weight ");
	scenes_release(&s);
	scenes_make(&s, SCENES_EMPTY);
	CHECK(viewrig_is_refused(&s, "mute", ""));
	CHECK(viewrig_is_refused(&s, "solo", ""));
	CHECK(viewrig_is_refused(&s, "equalise", ""));
	scenes_release(&s);
}

static void
close_and_cancel_close_the_innermost_first(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_HELPING);
	s.view.zoomed = true;
	CHECK_STR(viewrig_done(&s, "cancel", ""), "");
	CHECK_STR(s.view.search, "");
	CHECK(s.view.helping);
	CHECK_STR(viewrig_done(&s, "close", ""), "");
	CHECK(!s.view.helping && s.view.zoomed);
	CHECK_STR(viewrig_done(&s, "close", ""), "");
	CHECK(!s.view.zoomed && !s.question[0]);
	CHECK_STR(viewrig_done(&s, "close", ""), ""); /* training: asks */
	CHECK_STR(s.question, "training is running; leave?");
	CHECK_STR(s.answer, "quit");
	CHECK_INT(s.n_choices, 2 + 2 * s.info.run->has_student);
	CHECK_STR(viewrig_done(&s, "cancel", ""), "");
	CHECK_STR(s.question, "");
	s.info.phase = LAB_IDLE;
	CHECK_STR(viewrig_done(&s, "close", ""), "quit");
	scenes_release(&s);
}

static void
leaving_asks_where_the_student_would_be_lost(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	s.info.phase = LAB_IDLE;
	s.info.run->student.steps = 2417;
	CHECK_STR(viewrig_done(&s, "write", ""), "");
	CHECK_STR(s.prefill, "save s ");
	CHECK_STR(viewrig_done(&s, "write", "my student"), "save s 'my student'");
	CHECK_STR(viewrig_done(&s, "leave", ""), "");
	CHECK(strstr(s.question, "2417 is not saved"));
	s.question[0] = '\0';
	scene_save(&s, CURVES_FIRST, 2417, "one.safetensors");
	CHECK_STR(viewrig_done(&s, "write", ""), "save s one.safetensors");
	CHECK_STR(viewrig_done(&s, "leave", ""), "quit");
	s.info.run->has_student = false;
	CHECK(viewrig_is_refused_with(&s, "write", "", "no student"));
	scenes_release(&s);
}

static void
zooming_out_returns_to_all_steps(void **state)
{
	struct scene s;
	uint32_t width;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	viewrig_done(&s, "zoom-in", "");
	width = s.view.x_to - s.view.x_from;
	CHECK_INT(width, 3000); /* half of the run */
	CHECK(s.view.x_from <= 2417 && 2417 < s.view.x_to);
	viewrig_done(&s, "pan-left", "");
	CHECK_INT(s.view.x_to - s.view.x_from, width);
	for (int i = 0; i < 20; i++)
		viewrig_done(&s, "pan-left", "");
	CHECK_INT(s.view.x_from, 0);
	for (int i = 0; i < 20; i++)
		viewrig_done(&s, "zoom-in", "");
	CHECK(s.view.x_to - s.view.x_from >= 8);
	for (int i = 0; i < 20; i++)
		viewrig_done(&s, "zoom-out", "");
	CHECK_INT(s.view.x_to, 0); /* all steps, growing with the run */
	scenes_release(&s);
}

static void
the_cursor_moves_between_markers_of_the_branch_in_view(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	curves_mark(s.curves, CURVES_NOTE, CURVES_FIRST, BRANCH_TEACHER(0), 900, "of another line",
		    -1, 0, 0);
	viewrig_done(&s, "next-mark", "");
	CHECK_INT(s.view.cursor, 500);
	viewrig_done(&s, "next-mark", "");
	viewrig_done(&s, "next-mark", "");
	CHECK_INT(s.view.cursor, 1200);
	CHECK_STR(s.message, "b @1200 kd-weight 0.9 -> 0.7");
	viewrig_done(&s, "previous-mark", "");
	CHECK_INT(s.view.cursor, 620);
	for (int i = 0; i < 3; i++)
		viewrig_done(&s, "next-mark", "");
	CHECK(viewrig_is_refused(&s, "next-mark", ""));
	CHECK_INT(s.view.cursor, 1600);
	scenes_release(&s);
}

static void
search_wraps_in_help_log_and_knobs(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_HELPING);
	CHECK_STR(viewrig_done(&s, "find", "CURVE"), "");
	CHECK_INT(s.view.help_scroll, 10);
	CHECK_STR(viewrig_done(&s, "find", "synopsis"), ""); /* overstruck in the text */
	CHECK_INT(s.view.help_scroll, 5);
	CHECK(viewrig_is_refused(&s, "find", "nowhere"));
	scenes_release(&s);
	scenes_make(&s, SCENES_DISTILLING);
	s.view.focus = LAYOUT_knobs;
	CHECK_STR(viewrig_done(&s, "find", "weight"), "");
	CHECK_STR(knob_table[s.view.knob].name, "kd-weight");
	CHECK_STR(viewrig_done(&s, "find-next", ""), "");
	CHECK_STR(knob_table[s.view.knob].name, "ce-weight");
	CHECK_STR(viewrig_done(&s, "find-previous", ""), "");
	CHECK_STR(knob_table[s.view.knob].name, "kd-weight");
	s.view.focus = LAYOUT_log;
	CHECK_STR(viewrig_done(&s, "find", "@620"), "");
	CHECK_INT(s.view.log_scroll, 3);
	s.view.focus = LAYOUT_loss;
	CHECK(viewrig_is_refused(&s, "find-next", ""));
	scenes_release(&s);
}

static void
empty_panes_are_passed_over(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EMPTY);
	for (int i = 0; i < 20; i++) {
		CHECK_STR(viewrig_done(&s, "next", ""), "");
		CHECK(!pane_empty(&s, s.view.focus));
		CHECK(s.view.focus != LAYOUT_map && s.view.focus != LAYOUT_texts);
	}
	CHECK(viewrig_is_refused_with(&s, "focus", "texts", "`data sentences`"));
	CHECK(viewrig_is_refused_with(&s, "focus", "map", "no teacher"));
	CHECK(viewrig_is_refused_with(&s, "focus", "gauge", "no data"));
	scenes_release(&s);
}

static void
the_display_has_a_page_of_its_own(void **state)
{
	int list[KNOBLIST_MOST], n;
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	n = knoblist_make(&s, list);
	for (int i = 0; i < n; i++)
		CHECK(knob_table[list[i]].when != KNOB_VIEW);
	CHECK_STR(viewrig_done(&s, "display", ""), "");
	CHECK_INT(s.view.focus, LAYOUT_knobs);
	n = knoblist_make(&s, list);
	CHECK(n > 3);
	for (int i = 0; i < n; i++)
		CHECK(knob_table[list[i]].when == KNOB_VIEW);
	CHECK(knob_table[s.view.knob].when == KNOB_VIEW);
	CHECK_STR(viewrig_done(&s, "find", "temperature"), ""); /* turns back */
	CHECK(!s.view.display && knob_table[s.view.knob].when != KNOB_VIEW);
	scenes_release(&s);
}

static void
focus_metric_and_branch_take_names(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	CHECK_STR(viewrig_done(&s, "focus", "accuracy"), "");
	CHECK_STR(viewrig_done(&s, "metric", "val-kl"), "");
	CHECK_INT(s.view.plot_metric[1], METRIC_VAL_KL);
	CHECK_INT(s.view.plot_metric[0], METRIC_VAL_NLL);
	CHECK_STR(viewrig_done(&s, "log-y", ""), "");
	CHECK(s.view.log_y[1]);
	CHECK_STR(viewrig_done(&s, "y-range", "90% 1"), "");
	CHECK(s.view.y_from[1] == 0.9 && s.view.y_to[1] == 1);
	CHECK(viewrig_is_refused(&s, "y-range", "1 0.5") && viewrig_is_refused(&s, "y-range", "1"));
	CHECK_STR(viewrig_done(&s, "y-range", ""), "");
	CHECK(s.view.y_to[1] == 0);
	CHECK_STR(viewrig_done(&s, "toggle", "wide"), "");
	CHECK_INT(s.view.n_hidden, 1);
	CHECK_STR(viewrig_done(&s, "toggle", "wide"), "");
	CHECK_INT(s.view.n_hidden, 0);
	CHECK(viewrig_is_refused(&s, "toggle", "nobody"));
	CHECK_STR(viewrig_done(&s, "branch", "wide"), "");
	CHECK_INT(s.view.branch, BRANCH_TEACHER(1));
	CHECK(!s.view.follow_branch);
	CHECK_STR(viewrig_done(&s, "branch", "s"), "");
	CHECK_INT(s.view.branch, BRANCH_STUDENT);
	for (int i = 0; i < 4; i++)
		CHECK_STR(viewrig_done(&s, "branch", ""), "");
	CHECK_INT(s.view.branch, BRANCH_STUDENT); /* after three teachers */
	CHECK(viewrig_is_refused(&s, "branch", "nobody"));
	CHECK_STR(viewrig_done(&s, "prompt", "mark"), "");
	CHECK_STR(s.prefill, "mark ");
	scenes_release(&s);
}

/* For each cell of the screen: a click focuses the pane drawn there and selects its row. */
static void
clicks_select_the_item_under_the_pointer(void **state)
{
	struct scene s;
	struct layout l;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	for (int y = 0; y < 24; y++)
		for (int x = 0; x < 80; x++) {
			const struct layout_rect *r;

			s.view.focus = LAYOUT_loss;
			move_click(&s, x, y, 80, 24);
			CHECK(s.view.knob >= 0 && s.view.knob < (int)knob_count);
			layout_make(&s, 80, 24, &l);
			r = &l.pane[s.view.focus];
			CHECK(s.view.focus == LAYOUT_loss || (x >= r->x && x < r->x + r->width &&
							      y >= r->y && y < r->y + r->height));
		}
	s.view.focus = LAYOUT_loss;
	layout_make(&s, 80, 24, &l);
	s.view.knob = 0;
	move_click(&s, l.pane[LAYOUT_knobs].x + 3, l.pane[LAYOUT_knobs].y + 2, 80, 24);
	CHECK_STR(knob_table[s.view.knob].name, "kd-weight");
	move_click(&s, l.pane[LAYOUT_teachers].x, l.pane[LAYOUT_teachers].y + 3, 80, 24);
	CHECK_INT(s.view.focus, LAYOUT_teachers);
	CHECK_INT(s.view.teacher, 2);
	scenes_release(&s);
}

static void
a_scrolled_log_stays_in_place(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	s.view.focus = LAYOUT_log;
	for (int i = 0; i < 2 * SCENE_LOG; i++)
		scene_log(&s, SCENE_INFO, "line %d", i);
	CHECK_INT(s.n_log, SCENE_LOG);
	CHECK_STR(s.log[(s.log_first + s.n_log - 1) % SCENE_LOG].text, "line 999");
	viewrig_done(&s, "page-up", "");
	CHECK(s.view.log_scroll > 5);
	scene_log(&s, SCENE_INFO, "one more");
	CHECK_INT(s.view.log_scroll, 18);
	viewrig_done(&s, "bottom", "");
	CHECK_INT(s.view.log_scroll, 0);
	scene_log(&s, SCENE_INFO, "and more");
	CHECK_INT(s.view.log_scroll, 0);
	scenes_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_action_in_each_scene_succeeds_or_gives_an_error),
		TEST(random_actions_leave_a_scene_that_can_be_drawn),
		TEST(unknown_actions_and_arguments_suggest_a_name),
		TEST(nudges_start_from_the_pending_value),
		TEST(the_mixer_gives_one_command_per_key),
		TEST(close_and_cancel_close_the_innermost_first),
		TEST(zooming_out_returns_to_all_steps),
		TEST(the_cursor_moves_between_markers_of_the_branch_in_view),
		TEST(search_wraps_in_help_log_and_knobs),
		TEST(leaving_asks_where_the_student_would_be_lost),
		TEST(empty_panes_are_passed_over),
		TEST(the_display_has_a_page_of_its_own),
		TEST(focus_metric_and_branch_take_names),
		TEST(clicks_select_the_item_under_the_pointer),
		TEST(a_scrolled_log_stays_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
