/* test_view.c: view actions: what keys do to the view, and which commands they become. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/ui/editor.h"
#include "retort/ui/layout.h"
#include "retort/ui/move.h"
#include "retort/ui/pane.h"
#include "retort/ui/view.h"
#include "scenes.h"

/* Run an action. Returns its command, or "error: ..."; valid until the next call but one. */
static const char *
done(struct scene *s, const char *name, const char *argument)
{
	static char buf[2][600];
	static int turn;
	struct text line = { 0 };
	struct err e = { "" };

	turn = !turn;
	if (view_do(s, name, argument, &line, &e) < 0)
		snprintf(buf[turn], sizeof buf[turn], "error: %s", e.msg);
	else
		snprintf(buf[turn], sizeof buf[turn], "%s", text_get(&line));
	text_release(&line);
	return buf[turn];
}

static bool
is_refused(struct scene *s, const char *name, const char *argument)
{
	return strncmp(done(s, name, argument), "error: ", 7) == 0;
}

static bool
is_refused_with(struct scene *s, const char *name, const char *argument, const char *words)
{
	const char *said = done(s, name, argument);

	return strncmp(said, "error: ", 7) == 0 && strstr(said, words);
}

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
					struct err e = { "" };
					struct scene s;
					uint64_t version;
					int status;

					if (w && !view_table[a].argument[0])
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
					scene_release(&s);
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
			done(&s, view_table[(seed >> 8) % view_count].name, "");
			CHECK(s.view.knob >= 0 && s.view.knob < (int)knob_count);
			CHECK(s.view.n_edits >= 0 && s.view.n_edits <= TRAIN_MAPS);
			CHECK(s.view.x_to == 0 || s.view.x_from < s.view.x_to);
			if (i % 8 == 0)
				pane_draw_all(&s, &c);
		}
		scene_release(&s);
	}
	canvas_release(&c);
}

static void
unknown_actions_and_arguments_suggest_a_name(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	CHECK(is_refused_with(&s, "log-yy", "", "did you mean log-y?"));
	CHECK(is_refused_with(&s, "metric", "val-nl", "did you mean val-nll?"));
	CHECK(is_refused(&s, "focus", "nowhere"));
	CHECK(is_refused(&s, "focus", "99"));
	CHECK(is_refused(&s, "zoom", "in"));
	CHECK(is_refused(&s, "weight", "5")); /* the editor is closed */
	scene_release(&s);
}

static void
nudges_start_from_the_pending_value(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	s.pending[0] = false;
	CHECK_STR(done(&s, "more", ""), "set temperature 5");
	CHECK_STR(done(&s, "less", ""), "set temperature 3.2");
	s.pending[0] = true; /* 8 */
	CHECK_STR(done(&s, "more", ""), "set temperature 10");
	CHECK_STR(done(&s, "focus", "knobs"), "");
	CHECK_STR(done(&s, "down", ""), "");
	CHECK_STR(done(&s, "more", ""), "set kd-weight 0.75");
	s.view.knob = (int)(knob_find("optimizer", NULL) - knob_table);
	CHECK_STR(done(&s, "more", ""), "set optimizer sgd"); /* the next choice */
	CHECK_STR(done(&s, "enter", ""), "");
	CHECK_STR(s.prefill, "set optimizer ");
	CHECK_INT(s.wants, SCENE_PROMPT);
	CHECK_STR(done(&s, "smoother", ""), "set smooth 0.5");
	s.info.run.settings.knobs.smooth = 0.6;
	CHECK_STR(done(&s, "rougher", ""), "set smooth 0.5");
	scene_release(&s);
}

static void
the_mixer_gives_one_command_per_key(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	s.view.focus = LAYOUT_teachers;
	s.view.teacher = 1;
	CHECK_STR(done(&s, "more", ""), "teachers wide weight 0.4");
	CHECK_STR(done(&s, "less", ""), "teachers wide weight 0.2");
	s.info.run.settings.teacher_weight[1] = 0.25;
	CHECK_STR(done(&s, "less", ""), "teachers wide weight 0.2");
	s.info.run.settings.teacher_weight[1] = 0;
	CHECK_STR(done(&s, "less", ""), "teachers wide weight 0");
	CHECK_STR(done(&s, "mute", ""), "teachers wide mute");
	CHECK_STR(done(&s, "solo", ""), "teachers wide solo");
	s.info.run.settings.teacher_muted[0] = true;
	CHECK_STR(done(&s, "solo", ""), "teachers unmute");
	CHECK_STR(done(&s, "equalise", ""), "teachers equal");
	s.view.teacher = 2;
	CHECK_STR(done(&s, "mute", ""), "teachers deep unmute");
	CHECK_STR(done(&s, "enter", ""), "");
	CHECK_STR(s.prefill, "teachers deep weight ");
	scene_release(&s);
	scenes_make(&s, SCENES_EMPTY);
	CHECK(is_refused(&s, "mute", ""));
	CHECK(is_refused(&s, "solo", ""));
	CHECK(is_refused(&s, "equalise", ""));
	scene_release(&s);
}

static void
pending_edits_are_applied_as_one_command(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EDITING);
	s.info.run.settings.map[1].match = &loss_at; /* stays with big:2 s:2 */
	CHECK_STR(done(&s, "apply", ""), "map big:2 s:2 match at weight 0.4 and big:1 s:1 off");
	s.info.run.settings.map[1].match = &loss_hidden;
	CHECK_INT(s.view.n_edits, 0);
	CHECK(is_refused(&s, "apply", ""));
	CHECK_STR(done(&s, "weight", "7"), "");
	CHECK_STR(done(&s, "more", ""), "");
	CHECK_STR(done(&s, "right", ""), "");
	CHECK_STR(done(&s, "weight", "2"), "");
	CHECK_STR(done(&s, "branch", ""), ""); /* the next teacher, the same cell */
	CHECK_STR(done(&s, "up", ""), "");
	CHECK_STR(done(&s, "weight", "9"), "");
	CHECK_STR(done(&s, "enter", ""), "map big:2 s:2 match hidden weight 0.8 and big:2 s:logits "
					 "match hidden weight 0.2 and "
					 "wide:1 s:logits match hidden weight 0.9");
	scene_release(&s);
}

static void
an_edit_equal_to_the_map_is_removed(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EDITING);
	CHECK_STR(done(&s, "weight", "3"), ""); /* equals the map */
	CHECK_INT(s.view.n_edits, 1);
	CHECK(editor_pending(&s, &(struct scene_edit){ 0, 2, 2, MODEL_HIDDEN, 0, NULL,
						       THROUGH_DEFAULT }) == NULL);
	CHECK_STR(done(&s, "clear-edit", ""), "");
	CHECK_INT(s.view.n_edits, 2);
	for (int i = 0; i < 5; i++)
		done(&s, "left", "");
	CHECK_STR(done(&s, "weight", "5"),
		  "error: s:0 is the input and has no parameters to train");
	CHECK_INT(s.view.n_edits, 2);
	CHECK_STR(done(&s, "close", ""), ""); /* closing keeps pending edits */
	CHECK(!s.view.editing);
	CHECK_STR(done(&s, "map", ""), "");
	CHECK_INT(s.view.n_edits, 2);
	CHECK_STR(done(&s, "discard", ""), "");
	CHECK_INT(s.view.n_edits, 0);
	CHECK(s.view.editing);
	CHECK_STR(done(&s, "discard", ""), "");
	CHECK(!s.view.editing);
	scene_release(&s);
}

static void
pending_edits_of_all_taps_are_applied_together(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_TAPS);
	CHECK_STR(done(&s, "more", ""), ""); /* steps of 10 from 10 */
	CHECK_STR(done(&s, "down", ""), "");
	CHECK_STR(done(&s, "less", ""), "");
	CHECK_STR(done(&s, "tap", ""), "");
	CHECK_INT(s.view.edit_on, MODEL_VALUE);
	CHECK_STR(done(&s, "less", ""), "");
	for (int tap = MODEL_QUERY; tap <= MODEL_TAPS; tap++) {
		CHECK_STR(done(&s, "tap", ""), "");
		CHECK_INT(s.view.edit_on, tap % MODEL_TAPS);
	}
	CHECK_STR(done(&s, "more", ""), ""); /* off is pending: starts at 0 */
	CHECK_STR(done(&s, "apply", ""), "map big:1 s:1 on attention match hidden weight 30 and "
					 "big:2 s:1 on attention match hidden weight 2 and big:2 "
					 "s:1 on value match hidden weight 0.6 and "
					 "big:2 s:1 match hidden weight 0.1");
	CHECK_STR(done(&s, "tap", ""), "");
	CHECK_STR(done(&s, "clear-edit", ""), "");
	CHECK_STR(done(&s, "apply", ""), "map big:2 s:1 on attention off");
	scene_release(&s);
}

static void
weights_change_by_tenths_below_one_then_by_ones(void **state)
{
	static const double up[] = { 0.9, 1, 2, 3 }, down[] = { 2, 1, 0.9, 0.8 };
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EDITING);
	done(&s, "weight", "8");
	for (int i = 0; i < 4; i++) {
		done(&s, "more", "");
		CHECK(s.view.edit[s.view.n_edits - 1].weight == up[i]);
	}
	for (int i = 0; i < 4; i++) {
		done(&s, "less", "");
		CHECK(s.view.edit[s.view.n_edits - 1].weight == down[i]);
	}
	for (int i = 0; i < 100; i++)
		done(&s, "more", "");
	CHECK(s.view.edit[s.view.n_edits - 1].weight == 1e6); /* the maximum */
	scene_release(&s);
}

static void
incompatible_pairs_are_refused_with_the_reason(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_TAPS);
	CHECK_STR(done(&s, "up", ""), "");
	CHECK_STR(done(&s, "weight", "5"), "error: big:0 has no attention");
	CHECK_STR(done(&s, "branch", ""), "");
	CHECK_STR(done(&s, "down", ""), "");
	CHECK_STR(done(&s, "weight", "5"), "error: teacher-of-many:1 has 8 heads, but s:1 has 4, "
					   "so attention maps cannot be compared");
	CHECK_STR(done(&s, "tap", ""), "");
	CHECK_STR(done(&s, "weight", "5"), "");
	s.view.edit_on = MODEL_SCORES;
	CHECK_STR(done(&s, "weight", "5"), "error: teacher-of-many:1 has 8 heads, but s:1 has 4, "
					   "so attention scores cannot be compared");
	CHECK_STR(done(&s, "tap", ""), "");
	CHECK_STR(done(&s, "right", ""), "");
	CHECK_STR(done(&s, "weight", "5"),
		  "error: teacher-of-many:1 has 64 positions, s:logits has 1");
	CHECK_INT(s.view.n_edits, 4);
	scene_release(&s);
	scenes_make(&s, SCENES_EDITING);
	CHECK(is_refused_with(&s, "tap", "", "big has no attention"));
	s.view.edit_on = MODEL_VALUE; /* left by another teacher */
	CHECK_STR(done(&s, "tap", ""), "");
	CHECK_INT(s.view.edit_on, MODEL_HIDDEN);
	scene_release(&s);
	scenes_make(&s, SCENES_DISTILLING);
	CHECK(is_refused(&s, "tap", "")); /* the editor is closed */
	scene_release(&s);
}

/* A new student while the editor is open: the cursor is outside its layers. */
static void
the_editor_survives_a_new_student(void **state)
{
	struct canvas c = { 0 };
	struct scene s;

	(void)state;
	canvas_resize(&c, 80, 24);
	scenes_make(&s, SCENES_TAPS);
	s.view.edit_row = 3;
	s.view.edit_column = 2;
	s.info.run.settings.n_maps = 0;
	s.info.run.student = (struct net_info){
		.name = "s", .n_layers = 1, .layer = { { .name = "0", .width = 4, .last = 4 } }
	};
	s.info.teacher[0].n_layers = 1;
	s.info.teacher[0].layer[3] = (struct layer_info){ .name = "" };
	pane_draw_all(&s, &c);
	CHECK(is_refused_with(&s, "weight", "5", "layer"));
	CHECK(is_refused_with(&s, "apply", "", "layer"));
	editor_follow(&s);
	CHECK_INT(s.view.edit_row, 0);
	CHECK_INT(s.view.edit_column, 0);
	pane_draw_all(&s, &c);
	canvas_release(&c);
	scene_release(&s);
}

static void
edits_of_removed_layers_are_dropped(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EDITING);
	s.info.run.student.n_layers = 2; /* without s:2 */
	CHECK_STR(done(&s, "apply", ""), "map big:1 s:1 off");
	scene_release(&s);
	scenes_make(&s, SCENES_TAPS);
	s.info.run.settings.n_maps = 0;
	/* 2 heads instead of 4: the attention edit no longer fits, and there is no map to remove */
	s.info.run.student.layer[1].heads = 2;
	CHECK_STR(done(&s, "apply", ""), "map big:2 s:1 on value match hidden weight 0.7");
	scene_release(&s);
	scenes_make(&s, SCENES_EDITING);
	s.info.n_teachers = 0;
	CHECK(is_refused(&s, "weight", "5"));
	CHECK(is_refused(&s, "apply", ""));
	scene_release(&s);
}

static void
the_editor_needs_a_teacher_and_a_student(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EMPTY);
	CHECK(is_refused_with(&s, "map", "", "`teacher big mlp 256,256`"));
	scene_release(&s);
	scenes_make(&s, SCENES_TRAINING);
	CHECK(is_refused_with(&s, "map", "", "`student mlp 16`"));
	CHECK(!s.view.editing);
	scene_release(&s);
}

static void
close_and_cancel_close_the_innermost_first(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_HELPING);
	s.view.zoomed = true;
	CHECK_STR(done(&s, "cancel", ""), "");
	CHECK_STR(s.view.search, "");
	CHECK(s.view.helping);
	CHECK_STR(done(&s, "close", ""), "");
	CHECK(!s.view.helping && s.view.zoomed);
	CHECK_STR(done(&s, "close", ""), "");
	CHECK(!s.view.zoomed && !s.question[0]);
	CHECK_STR(done(&s, "close", ""), ""); /* training: asks */
	CHECK(strstr(s.question, "quit") && strstr(s.question, "y/n"));
	CHECK_STR(s.answer, "quit");
	CHECK_STR(done(&s, "cancel", ""), "");
	CHECK_STR(s.question, "");
	s.info.phase = LAB_IDLE;
	CHECK_STR(done(&s, "close", ""), "quit");
	scene_release(&s);
}

static void
zooming_out_returns_to_all_steps(void **state)
{
	struct scene s;
	uint32_t width;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	done(&s, "zoom-in", "");
	width = s.view.x_to - s.view.x_from;
	CHECK_INT(width, 2048);
	CHECK(s.view.x_from <= 2417 && 2417 < s.view.x_to);
	done(&s, "pan-left", "");
	CHECK_INT(s.view.x_to - s.view.x_from, width);
	for (int i = 0; i < 20; i++)
		done(&s, "pan-left", "");
	CHECK_INT(s.view.x_from, 0);
	for (int i = 0; i < 20; i++)
		done(&s, "zoom-in", "");
	CHECK(s.view.x_to - s.view.x_from >= 8);
	for (int i = 0; i < 20; i++)
		done(&s, "zoom-out", "");
	CHECK_INT(s.view.x_to, 0); /* all steps, growing with the run */
	scene_release(&s);
}

static void
the_cursor_moves_between_markers_of_the_branch_in_view(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	scene_mark_add(&s, SCENE_NOTE, BRANCH_TEACHER(0), 900, "of another line", -1, 0, 0);
	done(&s, "next-mark", "");
	CHECK_INT(s.view.cursor, 500);
	done(&s, "next-mark", "");
	done(&s, "next-mark", "");
	CHECK_INT(s.view.cursor, 1200);
	CHECK_STR(s.message, "b @1200 kd-weight 0.9 -> 0.7");
	done(&s, "previous-mark", "");
	CHECK_INT(s.view.cursor, 620);
	for (int i = 0; i < 3; i++)
		done(&s, "next-mark", "");
	CHECK(is_refused(&s, "next-mark", ""));
	CHECK_INT(s.view.cursor, 1600);
	scene_release(&s);
}

static void
search_wraps_in_help_log_and_knobs(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_HELPING);
	CHECK_STR(done(&s, "find", "CURVE"), "");
	CHECK_INT(s.view.help_scroll, 10);
	CHECK_STR(done(&s, "find", "synopsis"), ""); /* overstruck in the text */
	CHECK_INT(s.view.help_scroll, 5);
	CHECK(is_refused(&s, "find", "nowhere"));
	scene_release(&s);
	scenes_make(&s, SCENES_DISTILLING);
	s.view.focus = LAYOUT_knobs;
	CHECK_STR(done(&s, "find", "weight"), "");
	CHECK_STR(knob_table[s.view.knob].name, "kd-weight");
	CHECK_STR(done(&s, "find-next", ""), "");
	CHECK_STR(knob_table[s.view.knob].name, "ce-weight");
	CHECK_STR(done(&s, "find-previous", ""), "");
	CHECK_STR(knob_table[s.view.knob].name, "kd-weight");
	s.view.focus = LAYOUT_log;
	CHECK_STR(done(&s, "find", "@620"), "");
	CHECK_INT(s.view.log_scroll, 3);
	s.view.focus = LAYOUT_loss;
	CHECK(is_refused(&s, "find-next", ""));
	scene_release(&s);
}

static void
focus_metric_and_branch_take_names(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	CHECK_STR(done(&s, "focus", "accuracy"), "");
	CHECK_STR(done(&s, "metric", "val-kl"), "");
	CHECK_INT(s.view.plot_metric[1], METRIC_VAL_KL);
	CHECK_INT(s.view.plot_metric[0], METRIC_VAL_NLL);
	CHECK_STR(done(&s, "log-y", ""), "");
	CHECK(s.view.log_y[1]);
	CHECK_STR(done(&s, "branch", "wide"), "");
	CHECK_INT(s.view.branch, BRANCH_TEACHER(1));
	CHECK(!s.view.follow_branch);
	CHECK_STR(done(&s, "branch", "s"), "");
	CHECK_INT(s.view.branch, BRANCH_STUDENT);
	for (int i = 0; i < 4; i++)
		CHECK_STR(done(&s, "branch", ""), "");
	CHECK_INT(s.view.branch, BRANCH_STUDENT); /* after three teachers */
	CHECK(is_refused(&s, "branch", "nobody"));
	CHECK_STR(done(&s, "prompt", "mark"), "");
	CHECK_STR(s.prefill, "mark ");
	scene_release(&s);
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
	scene_release(&s);
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
	done(&s, "page-up", "");
	CHECK(s.view.log_scroll > 5);
	scene_log(&s, SCENE_INFO, "one more");
	CHECK_INT(s.view.log_scroll, 18);
	done(&s, "bottom", "");
	CHECK_INT(s.view.log_scroll, 0);
	scene_log(&s, SCENE_INFO, "and more");
	CHECK_INT(s.view.log_scroll, 0);
	scene_release(&s);
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
		TEST(pending_edits_are_applied_as_one_command),
		TEST(an_edit_equal_to_the_map_is_removed),
		TEST(pending_edits_of_all_taps_are_applied_together),
		TEST(weights_change_by_tenths_below_one_then_by_ones),
		TEST(incompatible_pairs_are_refused_with_the_reason),
		TEST(the_editor_survives_a_new_student),
		TEST(edits_of_removed_layers_are_dropped),
		TEST(the_editor_needs_a_teacher_and_a_student),
		TEST(close_and_cancel_close_the_innermost_first),
		TEST(zooming_out_returns_to_all_steps),
		TEST(the_cursor_moves_between_markers_of_the_branch_in_view),
		TEST(search_wraps_in_help_log_and_knobs),
		TEST(focus_metric_and_branch_take_names),
		TEST(clicks_select_the_item_under_the_pointer),
		TEST(a_scrolled_log_stays_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
