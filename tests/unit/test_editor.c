/* test_editor.c: selection of loss and projection of a pair in the map editor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/ui/editor.h"
#include "retort/ui/view.h"
#include "scenes.h"

/* Run an action. Returns its command, or "error: ..."; valid until the next call. */
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

/* Give layers feature maps of 4 x 4 positions, so that other losses fit. */
static void
make_images(struct scene *s)
{
	for (int k = 1; k < 3; k++) {
		s->info.teacher[0].layer[k].width = 16 * (s->info.teacher[0].layer[k].last = 8);
		s->info.run->student.layer[k].width = 16 * (s->info.run->student.layer[k].last = 4);
	}
}

static void
a_key_selects_the_next_projection_that_fits(void **state)
{
	struct scene s;

	(void)state;
	/* 256 and 16 features without positions: neither `none` nor `conv1x1` fits */
	open_editor(&s, 1, 2);
	CHECK_STR(done(&s, "through"), "");
	CHECK_STR(done(&s, "apply"), "map big:1 s:2 match hidden through linear weight 1");
	CHECK_STR(done(&s, "through"), "");
	CHECK_STR(done(&s, "through"), "");
	CHECK_STR(done(&s, "apply"), "map big:1 s:2 match hidden through shared weight 1");
	for (int i = 0; i < 3; i++)
		CHECK_STR(done(&s, "through"), "");
	CHECK_STR(done(&s, "apply"), "map big:1 s:2 match hidden weight 1");
	scenes_release(&s);
}

static void
cycling_projections_keeps_the_weight(void **state)
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
	scenes_release(&s);
}

static void
a_key_selects_the_next_loss_that_fits(void **state)
{
	struct scene s;
	const char *match;

	(void)state;
	open_editor(&s, 1, 2);
	make_images(&s);
	match = loss_hidden.name;
	for (int i = 0; i < 40; i++) {
		struct layer_pair m;
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
	scenes_release(&s);
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
losses_without_labels_or_batch_are_not_offered(void **state)
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
	s.info.run->settings.knobs.batch = 1;
	CHECK(!offers(&s, &loss_sp));
	CHECK(!offers(&s, &loss_cka));
	CHECK(offers(&s, &loss_vid));
	scenes_release(&s);
}

static void
incompatible_pairs_give_the_reason(void **state)
{
	struct scene s;

	(void)state;
	open_editor(&s, 1, 0);
	CHECK_STR(done(&s, "match"), "error: s:0 is the input and has no parameters to train");
	CHECK_STR(done(&s, "through"), "error: s:0 is the input and has no parameters to train");
	s.view.editing = false;
	CHECK(strstr(done(&s, "match"), "error: ") && strstr(done(&s, "match"), "map editor"));
	CHECK(strstr(done(&s, "through"), "error: ") && strstr(done(&s, "through"), "map editor"));
	scenes_release(&s);
}

static void
cka_of_other_networks_is_ignored(void **state)
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
	s.info.run->student.n_layers = 3;
	CHECK(isnan(editor_cka(&s, &x)));
	scenes_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_key_selects_the_next_projection_that_fits),
		TEST(cycling_projections_keeps_the_weight),
		TEST(a_key_selects_the_next_loss_that_fits),
		TEST(losses_without_labels_or_batch_are_not_offered),
		TEST(incompatible_pairs_give_the_reason),
		TEST(cka_of_other_networks_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
