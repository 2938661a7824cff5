/* test_pane_runs.c: rows of the list of runs, and legends of many runs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/ui/layout.h"
#include "retort/ui/pane.h"
#include "scenes.h"
#include "scenes_runs.h"

static struct scene scene;

static int
set_up(void **state)
{
	(void)state;
	scenes_make(&scene, SCENES_RUNS);
	scene.view.focus = LAYOUT_runs;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	scenes_release(&scene);
	return 0;
}

/* Whether a pane of that size has a text. */
static bool
shows(const struct pane *pane, int width, int height, const char *text)
{
	struct canvas c = { 0 };
	struct text t = { 0 };
	bool found;

	canvas_resize(&c, width, height);
	pane->draw(&scene, canvas_all(&c));
	canvas_dump(&c, &t);
	found = strstr(text_get(&t), text) != NULL;
	text_release(&t);
	canvas_release(&c);
	return found;
}

static void
a_row_has_the_interval_of_its_accuracy(void **state)
{
	(void)state;
	CHECK(shows(&pane_runs, 60, 9, "97.2%\u00B11.3"));
	CHECK(shows(&pane_runs, 60, 9, "90.5%\u00B12.1"));
	CHECK(shows(&pane_runs, 60, 9, "86.7%  "));
	CHECK(shows(&pane_runs, 60, 9, "to #1: acc +2.4\u00B11.3% nll -.020\u00B1.021"));
}

/* An interval of a fork's first step is none of its step 2400. */
static void
an_old_interval_is_not_shown(void **state)
{
	(void)state;
	scene.info.runs[1].last.step = 2400;
	scene.interval[0].own.step = 1800;
	CHECK(shows(&pane_runs, 60, 9, "97.2%\u00B11.3"));
	scene.interval[0].own.step = 1700;
	CHECK(!shows(&pane_runs, 60, 9, "97.2%\u00B1"));
	CHECK(!shows(&pane_runs, 60, 9, "to #1"));
}

static void
a_divergence_is_cut_to_its_word(void **state)
{
	(void)state;
	CHECK(shows(&pane_runs, 90, 9, "diverged at 2201"));
	CHECK(shows(&pane_runs, 54, 9, " deep diverged    2200"));
	for (int i = 0; i < scene.info.n_runs; i++)
		scene.info.runs[i].name[3] = '\0';
	CHECK(shows(&pane_runs, 50, 9, " 4 dee diverged 2200"));
	CHECK(shows(&pane_runs, 50, 9, " 1 s   ref      2417"));
}

/* The rows around the selected one of as many runs as there can be. */
static void
many_runs_scroll(void **state)
{
	char name[24];

	(void)state;
	while (scene.info.n_runs < LAB_RUNS) {
		snprintf(name, sizeof name, "r%d", scene.info.n_runs + 1);
		scenes_runs_add(&scene, name, 1, 1000, 2400, 1e-5);
	}
	CHECK(shows(&pane_runs, 60, 12, " 1 s "));
	CHECK(!shows(&pane_runs, 60, 12, "64 r64"));
	scene.view.chosen_run = LAB_RUNS;
	CHECK(shows(&pane_runs, 60, 12, ">o"));
	CHECK(shows(&pane_runs, 60, 12, "64 r64"));
}

/* A legend without room has the numbers of runs, and at last no values but that of the first. */
static void
a_legend_names_every_run(void **state)
{
	char name[24], number[16];

	(void)state;
	while (scene.info.n_runs < 8) {
		snprintf(name, sizeof name, "longer%d", scene.info.n_runs + 1);
		scenes_runs_add(&scene, name, 1, 1000, 2400, 1e-5);
	}
	CHECK(shows(&pane_loss, 200, 30, "#8 longer8 0."));
	for (int i = 4; i <= 8; i++) {
		snprintf(number, sizeof number, "#%d", i);
		CHECK(shows(&pane_loss, 60, 15, number));
	}
	CHECK(shows(&pane_loss, 60, 15, "#2 .227"));
}

#define RUNS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RUNS_TEST(a_row_has_the_interval_of_its_accuracy),
		RUNS_TEST(an_old_interval_is_not_shown),
		RUNS_TEST(a_divergence_is_cut_to_its_word),
		RUNS_TEST(many_runs_scroll),
		RUNS_TEST(a_legend_names_every_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
