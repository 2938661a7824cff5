/* test_editor.c: how a pair is compared and what it goes through, chosen in the map editor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/ui/editor.h"
#include "retort/ui/view.h"
#include "scenes.h"

/* The line that an action stands for, or "error: ..." */
static const char *
done(struct scene *s, const char *action)
{
	static char said[600];
	struct text line = { 0 };
	struct err e;
	int status = view_do(s, action, "", &line, &e);

	snprintf(said, sizeof said, "%s%s", status < 0 ? "error: " : "",
		 status < 0 ? e.msg : text_get(&line));
	text_release(&line);
	return said;
}

static void
open_editor(struct scene *s, int row, int column)
{
	scenes_make(s, SCENES_EDITING);
	s->view.n_edits = 0;
	s->view.edit_row = row;
	s->view.edit_column = column;
}

/* Feature maps of 4 x 4 places, so that losses differ in what they can compare. */
static void
make_images(struct scene *s)
{
	for (int k = 1; k < 3; k++) {
		s->info.teacher[0].layer[k].width = 16 * (s->info.teacher[0].layer[k].last = 8);
		s->info.student.layer[k].width = 16 * (s->info.student.layer[k].last = 4);
	}
}

static void
projections_that_fit_come_in_turn(void **state)
{
	struct scene s;

	(void)state;
	open_editor(&s, 1,
		    2); /* 256 to 16 numbers: none does not fit, and there is no feature map */
	CHECK_STR(done(&s, "through"), "");
	CHECK_STR(done(&s, "apply"), "map big:1 s:2 match hidden through linear weight 1");
	CHECK_STR(done(&s, "through"), "");
	CHECK_STR(done(&s, "through"), "");
	CHECK_STR(done(&s, "apply"), "map big:1 s:2 match hidden through shared weight 1");
	for (int i = 0; i < 3; i++)
		CHECK_STR(done(&s, "through"), "");
	CHECK_STR(done(&s, "apply"), "map big:1 s:2 match hidden weight 1");
	scene_release(&s);
}

static void
a_pair_that_is_mapped_keeps_its_weight_and_comes_back_to_what_it_is(void **state)
{
	struct scene s;

	(void)state;
	open_editor(&s, 2, 2);
	CHECK_STR(done(&s, "through"), "");
	CHECK_INT(s.view.n_edits, 1);
	CHECK(s.view.edit[0].weight == 0.3);
	CHECK_STR(done(&s, "through"), "");
	CHECK_STR(done(&s, "through"), "");
	CHECK_INT(s.view.n_edits, 0);
	scene_release(&s);
}

static void
the_next_loss_that_fits_is_chosen(void **state)
{
	struct scene s;
	const char *match;

	(void)state;
	open_editor(&s, 1, 2);
	make_images(&s);
	match = loss_hidden.name;
	for (int i = 0; i < 40; i++) {
		struct lab_map m;
		struct err e;

		CHECK_STR(done(&s, "match"), "");
		CHECK_INT(s.view.n_edits, 1);
		CHECK(strcmp(s.view.edit[0].match->name, match) != 0);
		match = s.view.edit[0].match->name;
		if (editor_fit(&s, &s.view.edit[0], &m, &e) < 0)
			fail_msg("%s", e.msg);
	}
	while (s.view.edit[0].match != &loss_at)
		CHECK_STR(done(&s, "match"), "");
	CHECK_STR(done(&s, "apply"), "map big:1 s:2 match at weight 1");
	scene_release(&s);
}

static bool
offers(struct scene *s, const struct loss *l)
{
	for (int i = 0; i < 40; i++) {
		CHECK_STR(done(s, "match"), "");
		if (s->view.n_edits && s->view.edit[0].match == l)
			return true;
	}
	return false;
}

static void
only_what_labels_and_batch_allow_is_offered(void **state)
{
	struct scene s;

	(void)state;
	open_editor(&s, 1, 2);
	CHECK(offers(&s, &loss_crd));
	CHECK(offers(&s, &loss_sp));
	CHECK_STR(done(&s, "discard"), "");
	s.info.n_shown = 0;
	CHECK(!offers(&s, &loss_crd));
	CHECK(offers(&s, &loss_sp));
	CHECK_STR(done(&s, "discard"), "");
	s.info.knobs.batch = 1;
	CHECK(!offers(&s, &loss_sp));
	CHECK(!offers(&s, &loss_cka));
	CHECK(offers(&s, &loss_vid));
	scene_release(&s);
}

static void
what_cannot_be_says_why(void **state)
{
	struct scene s;

	(void)state;
	open_editor(&s, 1, 0);
	CHECK_STR(done(&s, "match"), "error: s:0 is the input: nothing in it can learn");
	CHECK_STR(done(&s, "through"), "error: s:0 is the input: nothing in it can learn");
	s.view.editing = false;
	CHECK_STR(done(&s, "match"), "error: only in the map editor; m opens it");
	CHECK_STR(done(&s, "through"), "error: only in the map editor; m opens it");
	scene_release(&s);
}

static void
cka_of_other_networks_is_not_shown(void **state)
{
	struct scene s;
	struct scene_edit x = { .t_layer = 1, .s_layer = 1 };

	(void)state;
	scenes_make(&s, SCENES_CKA);
	CHECK_NEAR(editor_cka(&s, &x), 0.98, 1e-12);
	x.on = MODEL_VALUE;
	CHECK(isnan(editor_cka(&s, &x)));
	x.on = MODEL_HIDDEN;
	x.teacher = 1;
	CHECK(isnan(editor_cka(&s, &x)));
	x.teacher = 0;
	s.info.student.n_layers = 3;
	CHECK(isnan(editor_cka(&s, &x)));
	scene_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(projections_that_fit_come_in_turn),
		TEST(a_pair_that_is_mapped_keeps_its_weight_and_comes_back_to_what_it_is),
		TEST(the_next_loss_that_fits_is_chosen),
		TEST(only_what_labels_and_batch_allow_is_offered),
		TEST(what_cannot_be_says_why),
		TEST(cka_of_other_networks_is_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
