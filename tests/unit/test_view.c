/* test_view.c: view actions: what keys do to the view, and which commands they become. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/ui/editor.h"
#include "retort/ui/layout.h"
#include "retort/ui/move.h"
#include "retort/ui/pane.h"
#include "retort/ui/view.h"
#include "scenes.h"

/* Do an action and give the command it becomes, or "error: ..."; in turn in two buffers. */
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

static void
every_action_in_every_scene_is_done_or_says_why(void **state)
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
						continue; /* enough of them */
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

/* A long walk of random keys never leads out of what there is. */
static void
any_sequence_of_actions_leaves_a_scene_that_can_be_drawn(void **state)
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
			CHECK(s.view.n_edits >= 0 && s.view.n_edits <= LAB_MAPS);
			CHECK(s.view.x_to == 0 || s.view.x_from < s.view.x_to);
			if (i % 8 == 0)
				pane_draw_all(&s, &c);
		}
		scene_release(&s);
	}
	canvas_release(&c);
}

static void
unknown_actions_and_arguments_name_what_is_near(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	CHECK_STR(done(&s, "log-yy", ""),
		  "error: view: 'log-yy' is no action; did you mean log-y?");
	CHECK_STR(done(&s, "metric", "val-nl"),
		  "error: view metric: no metric 'val-nl'; did you mean val-nll?");
	CHECK(is_refused(&s, "focus", "nowhere"));
	CHECK(is_refused(&s, "focus", "99"));
	CHECK(is_refused(&s, "zoom", "in"));
	CHECK(is_refused(&s, "weight", "5")); /* the editor is closed */
	scene_release(&s);
}

static void
nudges_go_on_from_what_was_asked_for(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	s.pending[0] = false;
	CHECK_STR(done(&s, "more", ""), "set temperature 5");
	CHECK_STR(done(&s, "less", ""), "set temperature 3.2");
	s.pending[0] = true; /* 8 was asked for */
	CHECK_STR(done(&s, "more", ""), "set temperature 10");
	CHECK_STR(done(&s, "focus", "knobs"), "");
	CHECK_STR(done(&s, "down", ""), "");
	CHECK_STR(done(&s, "more", ""), "set kd-weight 0.75");
	s.view.knob = (int)(knob_find("optimizer", NULL) - knob_table);
	CHECK_STR(done(&s, "more", ""), "set optimizer sgd"); /* round the choices */
	CHECK_STR(done(&s, "enter", ""), "");
	CHECK_STR(s.prefill, "set optimizer ");
	CHECK_INT(s.wants, SCENE_PROMPT);
	CHECK_STR(done(&s, "smoother", ""), "set smooth 0.5");
	s.info.knobs.smooth = 0.6;
	CHECK_STR(done(&s, "rougher", ""), "set smooth 0.5");
	scene_release(&s);
}

static void
the_mixer_gives_one_command_for_all_that_changes(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	s.view.focus = LAYOUT_teachers;
	s.view.teacher = 1;
	CHECK_STR(done(&s, "more", ""), "teachers wide weight 0.4");
	CHECK_STR(done(&s, "less", ""), "teachers wide weight 0.2");
	s.info.teacher[1].weight = 0.25;
	CHECK_STR(done(&s, "less", ""), "teachers wide weight 0.2");
	s.info.teacher[1].weight = 0;
	CHECK_STR(done(&s, "less", ""), "teachers wide weight 0");
	CHECK_STR(done(&s, "mute", ""), "teachers wide mute");
	CHECK_STR(done(&s, "solo", ""), "teachers wide solo");
	s.info.teacher[0].muted = true;
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
the_editor_applies_exactly_what_is_pending_as_one_line(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EDITING);
	s.info.map[1].match = &loss_at; /* big:2 s:2 keeps it */
	CHECK_STR(done(&s, "apply", ""), "map big:2 s:2 match at weight 0.4 and big:1 s:1 off");
	s.info.map[1].match = &loss_hidden;
	CHECK_INT(s.view.n_edits, 0);
	CHECK(is_refused(&s, "apply", ""));
	CHECK_STR(done(&s, "weight", "7"), "");
	CHECK_STR(done(&s, "more", ""), "");
	CHECK_STR(done(&s, "right", ""), "");
	CHECK_STR(done(&s, "weight", "2"), "");
	CHECK_STR(done(&s, "branch", ""), ""); /* another teacher, the same cell */
	CHECK_STR(done(&s, "up", ""), "");
	CHECK_STR(done(&s, "weight", "9"), "");
	CHECK_STR(done(&s, "enter", ""), "map big:2 s:2 match hidden weight 0.8 and big:2 s:logits "
					 "match hidden weight 0.2 and "
					 "wide:1 s:logits match hidden weight 0.9");
	scene_release(&s);
}

static void
an_edit_back_to_what_is_mapped_is_no_edit(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EDITING);
	CHECK_STR(done(&s, "weight", "3"), ""); /* as it is mapped */
	CHECK_INT(s.view.n_edits, 1);
	CHECK(editor_pending(&s, &(struct scene_edit){ 0, 2, 2, MODEL_HIDDEN, 0, NULL,
						       LAB_AS_NEEDED }) == NULL);
	CHECK_STR(done(&s, "clear-edit", ""), "");
	CHECK_INT(s.view.n_edits, 2);
	for (int i = 0; i < 5; i++)
		done(&s, "left", "");
	CHECK_STR(done(&s, "weight", "5"), "error: s:0 is the input: nothing in it can learn");
	CHECK_INT(s.view.n_edits, 2);
	CHECK_STR(done(&s, "close", ""), ""); /* closed: what is pending is kept */
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
	CHECK_STR(done(&s, "more", ""), ""); /* by tens from 10 on */
	CHECK_STR(done(&s, "down", ""), "");
	CHECK_STR(done(&s, "less", ""), "");
	CHECK_STR(done(&s, "tap", ""), "");
	CHECK_INT(s.view.edit_on, MODEL_VALUE);
	CHECK_STR(done(&s, "less", ""), "");
	for (int tap = MODEL_QUERY; tap <= MODEL_TAPS; tap++) {
		CHECK_STR(done(&s, "tap", ""), "");
		CHECK_INT(s.view.edit_on, tap % MODEL_TAPS);
	}
	CHECK_STR(done(&s, "more", ""), ""); /* off is pending: from nothing */
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
a_cell_goes_by_tenths_to_one_and_by_ones_from_there(void **state)
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
	CHECK(s.view.edit[s.view.n_edits - 1].weight == 1e6); /* as much as there is */
	scene_release(&s);
}

static void
impossible_pairs_are_refused_as_the_lab_would_refuse_them(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_TAPS);
	CHECK_STR(done(&s, "up", ""), "");
	CHECK_STR(done(&s, "weight", "5"), "error: big:0 has no attention");
	CHECK_STR(done(&s, "branch", ""), "");
	CHECK_STR(done(&s, "down", ""), "");
	CHECK_STR(done(&s, "weight", "5"), "error: teacher-of-many:1 has 8 heads, s:1 has 4: their "
					   "attention maps cannot be compared");
	CHECK_STR(done(&s, "tap", ""), "");
	CHECK_STR(done(&s, "weight", "5"), "");
	s.view.edit_on = MODEL_SCORES;
	CHECK_STR(done(&s, "weight", "5"), "error: teacher-of-many:1 has 8 heads, s:1 has 4: their "
					   "attention scores cannot be compared");
	CHECK_STR(done(&s, "tap", ""), "");
	CHECK_STR(done(&s, "right", ""), "");
	CHECK_STR(done(&s, "weight", "5"),
		  "error: teacher-of-many:1 has 64 positions, s:logits has 1");
	CHECK_INT(s.view.n_edits, 4);
	scene_release(&s);
	scenes_make(&s, SCENES_EDITING);
	CHECK_STR(done(&s, "tap", ""),
		  "error: big has no attention: hidden states are all that can be compared");
	s.view.edit_on = MODEL_VALUE; /* as another teacher has left it */
	CHECK_STR(done(&s, "tap", ""), "");
	CHECK_INT(s.view.edit_on, MODEL_HIDDEN);
	scene_release(&s);
	scenes_make(&s, SCENES_DISTILLING);
	CHECK(is_refused(&s, "tap", "")); /* the editor is closed */
	scene_release(&s);
}

/* Another student under an open editor: the cursor is where nothing is any more. */
static void
a_network_that_is_exchanged_leaves_an_editor_that_can_be_drawn(void **state)
{
	struct canvas c = { 0 };
	struct scene s;

	(void)state;
	canvas_resize(&c, 80, 24);
	scenes_make(&s, SCENES_TAPS);
	s.view.edit_row = 3;
	s.view.edit_column = 2;
	s.info.n_maps = 0;
	s.info.student = (struct lab_net){ .name = "s",
					   .n_layers = 1,
					   .layer = { { .name = "0", .width = 4, .last = 4 } } };
	s.info.teacher[0].n_layers = 1;
	s.info.teacher[0].layer[3] = (struct lab_layer){ .name = "" };
	pane_draw_all(&s, &c);
	CHECK_STR(done(&s, "weight", "5"), "error: map: the layer is gone");
	CHECK_STR(done(&s, "apply", ""), "error: map: the layers of the pending edits are gone");
	editor_follow(&s);
	CHECK_INT(s.view.edit_row, 0);
	CHECK_INT(s.view.edit_column, 0);
	pane_draw_all(&s, &c);
	canvas_release(&c);
	scene_release(&s);
}

static void
edits_of_layers_that_are_gone_are_dropped(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EDITING);
	s.info.student.n_layers = 2; /* s:2 is gone */
	CHECK_STR(done(&s, "apply", ""), "map big:1 s:1 off");
	scene_release(&s);
	scenes_make(&s, SCENES_TAPS);
	s.info.n_maps = 0;
	s.info.student.layer[1].heads =
		2; /* no attention maps of four heads any more, and nothing to take off */
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
	CHECK_STR(done(&s, "map", ""),
		  "error: map: no teacher yet; `teacher big mlp 256,256` makes one");
	scene_release(&s);
	scenes_make(&s, SCENES_TRAINING);
	CHECK_STR(done(&s, "map", ""), "error: map: no student yet; `student mlp 16` makes one");
	CHECK(!s.view.editing);
	scene_release(&s);
}

static void
close_and_cancel_leave_the_innermost_thing_first(void **state)
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
	CHECK_STR(done(&s, "close", ""), ""); /* it works: ask */
	CHECK_STR(s.question, "quit while it works? y/n");
	CHECK_STR(s.answer, "quit");
	CHECK_STR(done(&s, "cancel", ""), "");
	CHECK_STR(s.question, "");
	s.info.phase = LAB_IDLE;
	CHECK_STR(done(&s, "close", ""), "quit");
	scene_release(&s);
}

static void
steps_are_zoomed_and_come_back_to_all(void **state)
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
	CHECK_INT(s.view.x_to, 0); /* all again, and it grows with the run */
	scene_release(&s);
}

static void
the_cursor_goes_from_mark_to_mark_of_the_line_shown(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	scene_mark_add(&s, SCENE_NOTE, LAB_TEACHER(0), 900, "of another line", -1, 0, 0);
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
search_goes_round_help_log_and_knobs(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_HELPING);
	CHECK_STR(done(&s, "find", "CURVE"), "");
	CHECK_INT(s.view.help_scroll, 10);
	CHECK_STR(done(&s, "find", "synopsis"), ""); /* struck twice in the text */
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
	CHECK_INT(s.view.branch, LAB_TEACHER(1));
	CHECK(!s.view.follow_branch);
	CHECK_STR(done(&s, "branch", "s"), "");
	CHECK_INT(s.view.branch, LAB_STUDENT);
	for (int i = 0; i < 4; i++)
		CHECK_STR(done(&s, "branch", ""), "");
	CHECK_INT(s.view.branch, LAB_STUDENT); /* round three teachers */
	CHECK(is_refused(&s, "branch", "nobody"));
	CHECK_STR(done(&s, "prompt", "mark"), "");
	CHECK_STR(s.prefill, "mark ");
	scene_release(&s);
}

/* Every cell of the screen: a click goes to the pane that is drawn there, and chooses the row that
 * is. */
static void
a_click_chooses_what_is_under_the_pointer(void **state)
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
a_log_that_is_read_stays_while_lines_come(void **state)
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
		TEST(every_action_in_every_scene_is_done_or_says_why),
		TEST(any_sequence_of_actions_leaves_a_scene_that_can_be_drawn),
		TEST(unknown_actions_and_arguments_name_what_is_near),
		TEST(nudges_go_on_from_what_was_asked_for),
		TEST(the_mixer_gives_one_command_for_all_that_changes),
		TEST(the_editor_applies_exactly_what_is_pending_as_one_line),
		TEST(an_edit_back_to_what_is_mapped_is_no_edit),
		TEST(pending_edits_of_all_taps_are_applied_together),
		TEST(a_cell_goes_by_tenths_to_one_and_by_ones_from_there),
		TEST(impossible_pairs_are_refused_as_the_lab_would_refuse_them),
		TEST(a_network_that_is_exchanged_leaves_an_editor_that_can_be_drawn),
		TEST(edits_of_layers_that_are_gone_are_dropped),
		TEST(the_editor_needs_a_teacher_and_a_student),
		TEST(close_and_cancel_leave_the_innermost_thing_first),
		TEST(steps_are_zoomed_and_come_back_to_all),
		TEST(the_cursor_goes_from_mark_to_mark_of_the_line_shown),
		TEST(search_goes_round_help_log_and_knobs),
		TEST(focus_metric_and_branch_take_names),
		TEST(a_click_chooses_what_is_under_the_pointer),
		TEST(a_log_that_is_read_stays_while_lines_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
