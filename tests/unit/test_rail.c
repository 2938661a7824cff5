/* test_rail.c: stages and changes on the rail, strips and loss terms as text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "plotrig.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/ui/plot.h"

static void
stages_are_named_on_the_plot(void **state)
{
	(void)state;
	plotrig_fill();
	plotrig_add_stage(150, "finetune, 50 steps: lr 0.003 -> 0.0003");
	plotrig_draw_pane(&pane_loss, 40, 12);
	CHECK(plotrig_shows("┊finetune"));
	CHECK(plotrig_shows("mark         a     2     >"));
	plotrig.scene.utf8 = false;
	plotrig_draw_pane(&pane_loss, 40, 12);
	CHECK(plotrig_shows(":finetune"));
	plotrig.scene.view.cursor_on = true;
	plotrig.scene.view.cursor = 150;
	plotrig_draw_pane(&pane_loss, 100, 14);
	CHECK(plotrig_shows("> @150 finetune, 50 steps: lr 0.003 -> 0.0003"));
	plotrig_draw_pane(&pane_loss, 24, 12);
	CHECK(!plotrig_shows("finetun")); /* no room for the whole name */
}

static void
stages_are_named_with_their_sets_where_there_is_room(void **state)
{
	(void)state;
	plotrig_fill();
	plotrig_add_stage(125, "distil free, 25 steps: set train weight 1 -> 0");
	plotrig_add_stage(150, "finetune few, 50 steps: set free weight 1 -> 0");
	plotrig_draw_pane(&pane_loss, 160, 12);
	CHECK(plotrig_shows("┊distil free   ┊finetune few"));
	plotrig_draw_pane(&pane_loss, 80, 12);
	CHECK(plotrig_shows("┊distil┊finetune few"));
	plotrig_draw_pane(&pane_loss, 50, 12);
	CHECK(plotrig_shows("┊distil\n") && plotrig_shows("┊   ┊finetune few\n")); /* in two rows */
}

static void
two_plots_share_columns_and_one_rail(void **state)
{
	(void)state;
	plotrig_fill();
	canvas_resize(&plotrig.canvas, 60, 18);
	pane_loss.draw(&plotrig.scene, canvas_cut(canvas_all(&plotrig.canvas), 0, 0, 60, 9));
	pane_accuracy.draw(&plotrig.scene, canvas_cut(canvas_all(&plotrig.canvas), 0, 9, 60, 9));
	plotrig_check("1 val-nll nats  ━ student .182  ╍ baseline .482  ╌ big .125\n"
		      "    2┤            ┊        ┊\n"
		      "     │   ⡀        ┊        ┊\n"
		      "     │  ⠢⡀⠒       ┊        ┊\n"
		      "    1┤   ⠈⠦⣀⠉⠒ ⢄⣀ ┊        ┊\n"
		      "     │      ⠉⠒⠤⢄⣀⣀⠉⠉ ⠒⠤ ⠤⠤ ⠤⢄ ⣀⣀ ⣀⡀\n"
		      "     │            ⠉⠉⠒⠒⠤⠤⠤⠤⠤⠤⢄⣀⣀⣀⣀⣀⡀ ⠉⠉ ⠉⠉ ⠉⠉ ⠉⠉ ⠁\n"
		      "    0┤⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒┊⠒ ⠒ ⠒ ⠈⠉⠒ ⠒⠈⠉⠉⠉⠉⠉⠉⠉⠑⠂ ⠒ ⠒ ⠒  big\n"
		      "     └0─────────50────────100───────150────────200───────250\n"
		      "2 val-accuracy  ━ student 90.91%\n"
		      " 100%┤            ┊        ┊         ⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⡀\n"
		      "  80%┤            ⣀⣀⠤⠤⠤⠤⠒⠒⠒⠒⠊⠉⠉⠉⠉⠉⠉⠉⠉\n"
		      "     │      ⣀⡠⠤⠒⠊⠉┊        ┊\n"
		      "  60%┤    ⡤⠊      ┊        ┊\n"
		      "  40%┤  ⡠⠊        ┊        ┊\n"
		      "  20%┤            ┊        ┊\n"
		      "     └0─────────50────────100───────150────────200───────250\n"
		      "mark              a        2\n");
}

static void
terms_are_lines_by_share(void **state)
{
	(void)state;
	plotrig_fill();
	plotrig.scene.info.run->settings.n_maps = 1;
	plotrig.scene.info.run->settings.map[0] =
		(struct layer_pair){ .t_layer = 2, .s_layer = 1, .match = &loss_hidden };
	snprintf(plotrig.scene.info.teacher[0].layer[2].name,
		 sizeof plotrig.scene.info.teacher[0].layer[2].name, "2");
	snprintf(plotrig.scene.info.run->student.layer[1].name,
		 sizeof plotrig.scene.info.run->student.layer[1].name, "1");
	plotrig_add_sample(BRANCH_STUDENT, metric_map(0, METRIC_SHARE), 200, 1);
	plotrig_add_sample(BRANCH_STUDENT, metric_map(0, METRIC_WEIGHTED), 200, 0.5);
	plotrig_draw_pane(&pane_terms, 70, 8);
	plotrig_check("6 share of the gradient by term ──────────────────────────────────────\n"
		      "━━━━━━━━━━━━━━━━━╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍╍┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅\n"
		      "  term                               share   weight      raw  weighted\n"
		      "━ ce                                   50%      0.1        -         -\n"
		      "╍ kd                                   50%      0.9    0.273         -\n"
		      "┅ map1 big:2 s:1 hidden               100%        0        -       0.5\n"
		      "\n"
		      "\n");
	plotrig_draw_pane(&pane_terms, 70, 16);
	CHECK(plotrig_shows(" 100%\u2524") && plotrig_shows("   0%\u2524") && plotrig_shows("200"));
	CHECK(plotrig_shows("KL at T = 1"));
	plotrig.scene.info.run->settings.n_maps = 0;
	plotrig.scene.info.run->settings.knobs.kd_weight = 0;
	plotrig_draw_pane(&pane_terms, 70, 16);
	CHECK(plotrig_shows(" 100%\u2524")); /* kd is listed, and had a share */
	plotrig.scene.info.run->settings.n_maps = 1;
	plotrig.scene.info.run->settings.knobs.kd_weight = 0.9;
	plotrig.scene.utf8 = false;
	plotrig_draw_pane(&pane_terms, 30, 6);
	plotrig_check("6 loss terms -----------------\n"
		      "*******oooooooo+++++++++++++++\n"
		      "  term          share      raw\n"
		      "* ce              50%        -\n"
		      "o kd              50%    0.273\n"
		      "+ big:2 s:1      100%        -\n");
}

static void
a_learned_temperature_is_a_figure_of_the_terms(void **state)
{
	(void)state;
	plotrig_fill();
	plotrig_add_sample(BRANCH_STUDENT, metric_find("ctkd-temperature"), 200, 15.25);
	plotrig_draw_pane(&pane_terms, 60, 10);
	CHECK(!plotrig_shows("ctkd-T"));
	plotrig.scene.info.run->settings.knobs.ctkd_weight = 0.3;
	plotrig_draw_pane(&pane_terms, 60, 12);
	CHECK(plotrig_shows("ctkd-T       15.2"));
	plotrig.scene.info.run->settings.knobs.ctkd_weight = 0;
}

/* The value at a column is the last number at or left of it. */
static void
strips_show_values_as_steps(void **state)
{
	(void)state;
	plotrig_fill();
	plotrig_add_change(101, 6, 0, 1);
	plotrig_draw_pane(&pane_accuracy, 80, 30);
	CHECK(plotrig_shows("\ntemperature 4\xE2\x94\x80"));
	CHECK(plotrig_shows("\nkd-weight 0.9\xE2\x94\x80"));
	CHECK(plotrig_shows("\nclip 0\xE2\x94\x80"));
	plotrig.scene.view.x_from = 150; /* after all changes */
	plotrig.scene.view.x_to = 200;
	plotrig_draw_pane(&pane_accuracy, 80, 30);
	CHECK(plotrig_shows("\ntemperature 8\xE2\x94\x80"));
	plotrig.scene.view.x_from = 0;
	plotrig.scene.view.x_to = 50; /* before all changes */
	plotrig_draw_pane(&pane_accuracy, 80, 30);
	CHECK(plotrig_shows("\ntemperature 4\xE2\x94\x80"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PLOTRIG_TEST(stages_are_named_on_the_plot),
		PLOTRIG_TEST(stages_are_named_with_their_sets_where_there_is_room),
		PLOTRIG_TEST(two_plots_share_columns_and_one_rail),
		PLOTRIG_TEST(terms_are_lines_by_share),
		PLOTRIG_TEST(a_learned_temperature_is_a_figure_of_the_terms),
		PLOTRIG_TEST(strips_show_values_as_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
