/* test_map_editor.c: the editor of the layer map: pending edits, and the command they become. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/ui/editor.h"
#include "retort/ui/pane.h"
#include "scenes.h"
#include "viewrig.h"

static void
pending_edits_are_applied_as_one_command(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EDITING);
	s.info.run->settings.map[1].match = &loss_at; /* stays with big:2 s:2 */
	CHECK_STR(viewrig_done(&s, "apply", ""),
		  "map big:2 s:2 match at weight 0.4 and big:1 s:1 off");
	s.info.run->settings.map[1].match = &loss_hidden;
	CHECK_INT(s.view.n_edits, 0);
	CHECK(viewrig_is_refused(&s, "apply", ""));
	CHECK_STR(viewrig_done(&s, "weight", "7"), "");
	CHECK_STR(viewrig_done(&s, "more", ""), "");
	CHECK_STR(viewrig_done(&s, "right", ""), "");
	CHECK_STR(viewrig_done(&s, "weight", "2"), "");
	CHECK_STR(viewrig_done(&s, "branch", ""), ""); /* the next teacher, the same cell */
	CHECK_STR(viewrig_done(&s, "up", ""), "");
	CHECK_STR(viewrig_done(&s, "weight", "9"), "");
	CHECK_STR(viewrig_done(&s, "enter", ""),
		  "map big:2 s:2 match hidden weight 0.8 and big:2 s:logits "
		  "match hidden weight 0.2 and "
		  "wide:1 s:logits match hidden weight 0.9");
	scenes_release(&s);
}

static void
an_edit_equal_to_the_map_is_removed(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EDITING);
	CHECK_STR(viewrig_done(&s, "weight", "3"), ""); /* equals the map */
	CHECK_INT(s.view.n_edits, 1);
	CHECK(editor_pending(&s, &(struct scene_edit){ 0, 2, 2, MODEL_HIDDEN, 0, NULL,
						       THROUGH_DEFAULT }) == NULL);
	CHECK_STR(viewrig_done(&s, "clear-edit", ""), "");
	CHECK_INT(s.view.n_edits, 2);
	for (int i = 0; i < 5; i++)
		viewrig_done(&s, "left", "");
	CHECK_STR(viewrig_done(&s, "weight", "5"),
		  "error: s:0 is the input and has no parameters to train");
	CHECK_INT(s.view.n_edits, 2);
	CHECK_STR(viewrig_done(&s, "close", ""), ""); /* closing keeps pending edits */
	CHECK(!s.view.editing);
	CHECK_STR(viewrig_done(&s, "map", ""), "");
	CHECK_INT(s.view.n_edits, 2);
	CHECK_STR(viewrig_done(&s, "discard", ""), "");
	CHECK_INT(s.view.n_edits, 0);
	CHECK(s.view.editing);
	CHECK_STR(viewrig_done(&s, "discard", ""), "");
	CHECK(!s.view.editing);
	scenes_release(&s);
}

static void
pending_edits_of_all_taps_are_applied_together(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_TAPS);
	CHECK_STR(viewrig_done(&s, "more", ""), ""); /* steps of 10 from 10 */
	CHECK_STR(viewrig_done(&s, "down", ""), "");
	CHECK_STR(viewrig_done(&s, "less", ""), "");
	CHECK_STR(viewrig_done(&s, "tap", ""), "");
	CHECK_INT(s.view.edit_on, MODEL_VALUE);
	CHECK_STR(viewrig_done(&s, "less", ""), "");
	for (int tap = MODEL_QUERY; tap <= MODEL_TAPS; tap++) {
		CHECK_STR(viewrig_done(&s, "tap", ""), "");
		CHECK_INT(s.view.edit_on, tap % MODEL_TAPS);
	}
	CHECK_STR(viewrig_done(&s, "more", ""), ""); /* off is pending: starts at 0 */
	CHECK_STR(viewrig_done(&s, "apply", ""),
		  "map big:1 s:1 on attention match hidden weight 30 and "
		  "big:2 s:1 on attention match hidden weight 2 and big:2 "
		  "s:1 on value match hidden weight 0.6 and "
		  "big:2 s:1 match hidden weight 0.1");
	CHECK_STR(viewrig_done(&s, "tap", ""), "");
	CHECK_STR(viewrig_done(&s, "clear-edit", ""), "");
	CHECK_STR(viewrig_done(&s, "apply", ""), "map big:2 s:1 on attention off");
	scenes_release(&s);
}

static void
weights_change_by_tenths_below_one_then_by_ones(void **state)
{
	static const double up[] = { 0.9, 1, 2, 3 }, down[] = { 2, 1, 0.9, 0.8 };
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EDITING);
	viewrig_done(&s, "weight", "8");
	for (int i = 0; i < 4; i++) {
		viewrig_done(&s, "more", "");
		CHECK(s.view.edit[s.view.n_edits - 1].weight == up[i]);
	}
	for (int i = 0; i < 4; i++) {
		viewrig_done(&s, "less", "");
		CHECK(s.view.edit[s.view.n_edits - 1].weight == down[i]);
	}
	for (int i = 0; i < 100; i++)
		viewrig_done(&s, "more", "");
	CHECK(s.view.edit[s.view.n_edits - 1].weight == 1e6); /* the maximum */
	scenes_release(&s);
}

static void
incompatible_pairs_are_refused_with_the_reason(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_TAPS);
	CHECK_STR(viewrig_done(&s, "up", ""), "");
	CHECK_STR(viewrig_done(&s, "weight", "5"), "error: big:0 has no attention");
	CHECK_STR(viewrig_done(&s, "branch", ""), "");
	CHECK_STR(viewrig_done(&s, "down", ""), "");
	CHECK_STR(viewrig_done(&s, "weight", "5"),
		  "error: teacher-of-many:1 has 8 heads, but s:1 has 4, "
		  "so attention maps cannot be compared");
	CHECK_STR(viewrig_done(&s, "tap", ""), "");
	CHECK_STR(viewrig_done(&s, "weight", "5"), "");
	s.view.edit_on = MODEL_SCORES;
	CHECK_STR(viewrig_done(&s, "weight", "5"),
		  "error: teacher-of-many:1 has 8 heads, but s:1 has 4, "
		  "so attention scores cannot be compared");
	CHECK_STR(viewrig_done(&s, "tap", ""), "");
	CHECK_STR(viewrig_done(&s, "right", ""), "");
	CHECK_STR(viewrig_done(&s, "weight", "5"),
		  "error: teacher-of-many:1 has 64 positions, but s:logits has 1");
	CHECK_INT(s.view.n_edits, 4);
	scenes_release(&s);
	scenes_make(&s, SCENES_EDITING);
	CHECK(viewrig_is_refused_with(&s, "tap", "", "big has no attention"));
	s.view.edit_on = MODEL_VALUE; /* left by another teacher */
	CHECK_STR(viewrig_done(&s, "tap", ""), "");
	CHECK_INT(s.view.edit_on, MODEL_HIDDEN);
	scenes_release(&s);
	scenes_make(&s, SCENES_DISTILLING);
	CHECK(viewrig_is_refused(&s, "tap", "")); /* the editor is closed */
	scenes_release(&s);
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
	s.info.run->settings.n_maps = 0;
	s.info.run->student = (struct net_info){
		.name = "s", .n_layers = 1, .layer = { { .name = "0", .width = 4, .last = 4 } }
	};
	s.info.teacher[0].n_layers = 1;
	s.info.teacher[0].layer[3] = (struct layer_info){ .name = "" };
	pane_draw_all(&s, &c);
	CHECK(viewrig_is_refused_with(&s, "weight", "5", "layer"));
	CHECK(viewrig_is_refused_with(&s, "apply", "", "layer"));
	editor_follow(&s);
	CHECK_INT(s.view.edit_row, 0);
	CHECK_INT(s.view.edit_column, 0);
	pane_draw_all(&s, &c);
	canvas_release(&c);
	scenes_release(&s);
}

static void
edits_of_removed_layers_are_dropped(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EDITING);
	s.info.run->student.n_layers = 2; /* without s:2 */
	CHECK_STR(viewrig_done(&s, "apply", ""), "map big:1 s:1 off");
	scenes_release(&s);
	scenes_make(&s, SCENES_TAPS);
	s.info.run->settings.n_maps = 0;
	/* 2 heads instead of 4: the attention edit no longer fits, and there is no map to remove */
	s.info.run->student.layer[1].heads = 2;
	CHECK_STR(viewrig_done(&s, "apply", ""), "map big:2 s:1 on value match hidden weight 0.7");
	scenes_release(&s);
	scenes_make(&s, SCENES_EDITING);
	s.info.n_teachers = 0;
	CHECK(viewrig_is_refused(&s, "weight", "5"));
	CHECK(viewrig_is_refused(&s, "apply", ""));
	scenes_release(&s);
}

static void
the_editor_needs_a_teacher_and_a_student(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EMPTY);
	CHECK(viewrig_is_refused_with(&s, "map", "", "`teacher big mlp 256,256`"));
	scenes_release(&s);
	scenes_make(&s, SCENES_TRAINING);
	CHECK(viewrig_is_refused_with(&s, "map", "", "`student mlp 16`"));
	CHECK(!s.view.editing);
	scenes_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pending_edits_are_applied_as_one_command),
		TEST(an_edit_equal_to_the_map_is_removed),
		TEST(pending_edits_of_all_taps_are_applied_together),
		TEST(weights_change_by_tenths_below_one_then_by_ones),
		TEST(incompatible_pairs_are_refused_with_the_reason),
		TEST(the_editor_survives_a_new_student),
		TEST(edits_of_removed_layers_are_dropped),
		TEST(the_editor_needs_a_teacher_and_a_student),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
