/* test_view_runs.c: several runs on the screen: keys, curves, figures. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <stdlib.h>

#include "retort/lab/trainer.h"
#include "retort/ui/curve_difference.h"
#include "retort/ui/curve_runs.h"
#include "retort/ui/keymap.h"
#include "retort/ui/layout.h"
#include "retort/ui/pane.h"
#include "retort/ui/span.h"
#include "retort/ui/view_model.h"
#include "retort/ui/view_probe.h"
#include "scenes.h"
#include "scenes_runs.h"
#include "viewrig.h"

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

static void
rows_become_commands(void **state)
{
	(void)state;
	CHECK_STR(viewrig_done(&scene, "enter", ""), "run focus 2");
	viewrig_done(&scene, "down", "");
	CHECK_STR(viewrig_done(&scene, "hide", ""), "run show 3");
	viewrig_done(&scene, "page-down", "");
	CHECK_STR(viewrig_done(&scene, "hide", ""), "run hide 4");
	CHECK_STR(viewrig_done(&scene, "reference", ""), "run reference 4");
	viewrig_done(&scene, "top", "");
	CHECK_STR(viewrig_done(&scene, "enter", ""), "run focus 1");
	viewrig_done(&scene, "up", "");
	CHECK_INT(scene.view.chosen_run, 1);
	CHECK_STR(viewrig_done(&scene, "drop", ""), "");
	CHECK_STR(scene.question, "drop run 1, s, of step 2417? y/n");
	CHECK_STR(scene.answer, "run drop 1");
	scene.info.runs[0].number = 5; /* the selected run is gone: that in view is selected */
	CHECK_STR(viewrig_done(&scene, "enter", ""), "run focus 2");
	scene.info.n_runs = 0;
	CHECK(viewrig_is_refused(&scene, "hide", "") && viewrig_is_refused(&scene, "drop", ""));
}

static void
a_fork_gets_a_free_name_and_the_selected_knob(void **state)
{
	(void)state;
	viewrig_done(&scene, "fork", "");
	CHECK_STR(scene.prefill, "fork f5 set temperature ");
	CHECK(scene.wants & SCENE_PROMPT);
	snprintf(scene.info.runs[1].name, NET_NAME, "f5");
	snprintf(scene.info.teacher[0].name, NET_NAME, "f6");
	scene.view.knob = (int)(knob_find("kd-weight", NULL) - knob_table);
	viewrig_done(&scene, "fork", "");
	CHECK_STR(scene.prefill, "fork f7 set kd-weight ");
	scene.view.knob = (int)(knob_find("fps", NULL) - knob_table); /* of the display */
	viewrig_done(&scene, "fork", "");
	CHECK_STR(scene.prefill, "fork f7 ");
	scene.info.run->has_student = false;
	CHECK(viewrig_is_refused_with(&scene, "fork", "", "student mlp 16"));
}

static void
going_back_is_to_the_cursor_or_to_the_last_state(void **state)
{
	(void)state;
	CHECK_STR(viewrig_done(&scene, "back", ""), "rewind");
	scene.view.cursor_on = true;
	scene.view.cursor = 1234;
	CHECK_STR(viewrig_done(&scene, "back", ""), "rewind 1234");
}

/* q names the runs whose student would be lost; a fork without steps of its own is none. */
static void
each_run_is_saved_by_itself(void **state)
{
	(void)state;
	scene.info.phase = LAB_IDLE;
	scene.info.run->student.steps = 2400;
	scene.info.runs[3].step = scene.info.runs[3].fork;
	scene_save(&scene, 2, 2400, "hot.safetensors");
	CHECK_STR(viewrig_done(&scene, "leave", ""), "");
	CHECK_STR(scene.question, "students of runs 1 s, 3 cold are not saved; leave?");
	CHECK_STR(scene.choice[1].line, "view write"); /* those of other runs are left */
	scene_save(&scene, 1, 2417, "s.safetensors");
	viewrig_done(&scene, "leave", "");
	CHECK_STR(scene.question, "student of run 3 cold is not saved; leave?");
	scene_save(&scene, 3, 2000, "cold.safetensors");
	CHECK_STR(viewrig_done(&scene, "leave", ""), "quit");
	scene.info.run->student.steps = 2410;
	CHECK_STR(viewrig_done(&scene, "leave", ""), "");
	CHECK(strstr(scene.question, "the student of step 2410 is not saved"));
	CHECK_INT(scene.n_choices, 4);
	CHECK_STR(scene.choice[0].line, "quit with state");
	CHECK_STR(scene.choice[1].line, "quit with student hot.safetensors");
	CHECK_STR(scene.choice[2].line, "quit");
	CHECK_STR(scene.choice[3].line, "");
	scene.recording = false; /* a path is asked for */
	scene.saved[0].path[0] = '\0';
	viewrig_done(&scene, "leave", "");
	CHECK_STR(scene.choice[0].line, "view prompt quit with state");
	CHECK_STR(scene.choice[1].line, "view prompt quit with student");
	viewrig_done(&scene, "prompt", "quit with state");
	CHECK_STR(scene.prefill, "quit with state ");
	snprintf(scene.saved[0].path, sizeof scene.saved[0].path, "hot.safetensors");
	scene_save(&scene, 3, 1999, "cold.safetensors");
	viewrig_done(&scene, "leave", "");
	CHECK_STR(scene.question, "students of runs 2 hot, 3 cold are not saved; leave?");
	CHECK_STR(viewrig_done(&scene, "write", ""), "save s hot.safetensors");
}

/* Keys that had a meaning keep it. */
static void
keys_of_runs_change_no_other_key(void **state)
{
	struct keymap *m = keymap_new();

	(void)state;
	CHECK_STR(keymap_find(m, "loss", "f"), "view fork");
	CHECK_STR(keymap_find(m, "gauge", "f"), "view first-set");
	CHECK_STR(keymap_find(m, "loss", "U"), "rewind change");
	CHECK_STR(keymap_find(m, "runs", "-"), "view hide");
	CHECK_STR(keymap_find(m, "knobs", "-"), "view less");
	CHECK_STR(keymap_find(m, "knobs", "="), "view more");
	CHECK_STR(keymap_find(m, "loss", "x"), "view cursor");
	CHECK_STR(keymap_find(m, "runs", "Del"), "view drop");
	keymap_free(m);
}

static const struct curve *
find_curve(const struct curve *c, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(c[i].name, name) == 0)
			return &c[i];
	fail_msg("no curve '%s'", name);
	return NULL;
}

static void
curves_of_runs_keep_their_colour(void **state)
{
	struct curve c[CURVE_MAX];
	int n = curve_list(&scene, METRIC_VAL_NLL, c);

	(void)state;
	CHECK_STR(c[0].name, "#2 hot");
	CHECK_INT(c[0].style, CANVAS_CURVE2);
	CHECK_INT(c[0].stroke->off, 0);
	CHECK(c[0].is_joined && c[0].join_step == 1000 && !c[0].is_other);
	CHECK_INT(find_curve(c, n, "#1 s")->style, CANVAS_CURVE1);
	CHECK(find_curve(c, n, "#1 s")->stroke->off > 0);
	CHECK_INT(find_curve(c, n, "#4 deep")->style, CANVAS_CURVE4);
	for (int i = 0; i < n; i++)
		CHECK(strcmp(c[i].name, "#3 cold") != 0); /* hidden */
	scene.view.run = 1;
	scene.info.focus = 0;
	n = curve_list(&scene, METRIC_VAL_NLL, c);
	CHECK_STR(c[0].name, "#1 s");
	CHECK(c[0].stroke->off == 0 && !c[0].is_joined);
	CHECK_INT(find_curve(c, n, "#2 hot")->style, CANVAS_CURVE2);
}

/* Of a hidden parent the stretch before the fork is drawn, up to the fork. */
static void
a_fork_shares_the_curve_of_its_parent(void **state)
{
	struct curve c[CURVE_MAX];
	int n = curve_list(&scene, METRIC_VAL_NLL, c);
	const struct curve *before = find_curve(c, n, "");
	uint32_t at;
	double value;

	(void)state;
	CHECK_INT(before->until, 1600);
	CHECK_INT(before->style, CANVAS_CURVE3);
	CHECK(before->series == curves_series(scene.curves, 3, BRANCH_STUDENT, METRIC_VAL_NLL));
	CHECK(curve_runs_join(&scene, 4, METRIC_VAL_NLL, &at, &value));
	CHECK_INT(at, 1600);
	CHECK(series_at(before->series, 1600, &at, &value));
	CHECK_NEAR(find_curve(c, n, "#4 deep")->join, value, 1e-6);
	scene.info.runs[2].hidden = false;
	n = curve_list(&scene, METRIC_VAL_NLL, c);
	for (int i = 0; i < n; i++)
		CHECK(c[i].name[0]);
}

static void
a_stretch_that_was_left_is_faint(void **state)
{
	struct curve c[CURVE_MAX];
	const struct curve *left;
	double value;
	uint32_t at;
	int n;

	(void)state;
	scene.info.runs[2].hidden = false;
	curves_cut(scene.curves, 2, 1500);
	n = curve_list(&scene, METRIC_VAL_NLL, c);
	left = find_curve(c, n, "");
	CHECK_INT(left->style, CANVAS_DIM);
	CHECK(left->context && left->is_joined && left->join_step == 1500);
	series_get(left->series, 0, &at, &value);
	CHECK_INT(at, 1600);
	CHECK(series_last(c[0].series, &at, &value) && at == 1500);
	scene.info.runs[0].hidden = scene.info.runs[2].hidden = scene.info.runs[3].hidden = true;
	scene.info.runs[1].step = 1500;
	CHECK_INT(curve_runs_last_step(&scene), 2400); /* of the stretch that was left */
	scene.info.runs[0].hidden = scene.info.runs[2].hidden = scene.info.runs[3].hidden = false;
	scene.view.run = 1; /* of other runs they are not drawn */
	scene.info.focus = 0;
	n = curve_list(&scene, METRIC_VAL_NLL, c);
	for (int i = 0; i < n; i++)
		CHECK(c[i].name[0]);
}

/* Fill two series: the steps 20, 30 and 40 are common to both. */
static void
fill_pair(struct series *s, struct series *minus)
{
	for (uint32_t step = 10; step <= 40; step += 10) {
		series_push(s, step, 1 + step / 10.0);
		series_push(minus, step == 10 ? 15 : step, 0.25 * step);
	}
}

static void
a_difference_is_that_of_samples_at_the_same_step(void **state)
{
	struct series *s = series_new(), *minus = series_new();
	const struct span_steps x = { .from = 0, .to = 49, .columns = 5 };
	struct curve c = { .series = s, .minus = minus };
	struct span span[5];
	uint32_t at;
	double value;

	(void)state;
	fill_pair(s, minus);
	span_difference(s, minus, &x, span);
	CHECK_INT(span[0].count + span[1].count, 0); /* no step in common */
	CHECK_NEAR(span[2].first, 3 - 5, 0);
	CHECK_NEAR(span[3].last, 4 - 7.5, 0);
	CHECK_NEAR(span[4].max, 5 - 10, 0);
	CHECK(curve_last(&c, &at, &value) && at == 40);
	CHECK_NEAR(value, -5, 0);
	CHECK(curve_at(&c, 29, &at, &value) && at == 20);
	CHECK_NEAR(value, -2, 0);
	CHECK(!curve_at(&c, 19, &at, &value));
	series_push(minus, 50, NAN);
	series_push(s, 50, 1);
	series_push(s, 60, 1);
	span_difference(s, minus, &(struct span_steps){ .from = 45, .to = 70, .columns = 1 }, span);
	CHECK(span[0].count == 0 && span[0].broken == 1);
	series_free(s);
	series_free(minus);
}

static void
differences_are_those_to_the_reference(void **state)
{
	struct curve c[CURVE_MAX];
	int n;

	(void)state;
	viewrig_done(&scene, "difference", "");
	n = curve_list(&scene, METRIC_VAL_NLL, c);
	CHECK_INT(n, 3); /* no teacher, no run that is hidden */
	CHECK_STR(c[0].name, "#2 hot");
	CHECK(c[0].minus == curves_series(scene.curves, 1, BRANCH_STUDENT, METRIC_VAL_NLL));
	CHECK(c[0].is_joined && c[0].join == 0); /* it begins at the reference */
	CHECK(!find_curve(c, n, "#1 s")->series && find_curve(c, n, "#1 s")->level == 0);
	CHECK(!find_curve(c, n, "#4 deep")->is_joined); /* it begins at another run */
	scene.info.reference = 3;
	n = curve_list(&scene, METRIC_VAL_NLL, c);
	CHECK(find_curve(c, n, "#1 s")->minus);
	scene.view.branch = BRANCH_TEACHER(0);
	CHECK(!curve_difference_is_shown(&scene));
	scene.view.branch = BRANCH_STUDENT;
	viewrig_done(&scene, "difference", "");
	CHECK(!curve_list(&scene, METRIC_VAL_NLL, c) || !c[0].minus);
	scene.info.n_runs = 1;
	CHECK(viewrig_is_refused_with(&scene, "difference", "", "fork NAME"));
}

static void
a_plot_of_differences_says_so(void **state)
{
	struct canvas c = { 0 };
	struct text t = { 0 };

	(void)state;
	scene.view.difference = scene.view.cursor_on = true;
	scene.view.cursor = 2000;
	canvas_resize(&c, 100, 16);
	pane_loss.draw(&scene, canvas_all(&c));
	canvas_dump(&c, &t);
	CHECK(strstr(text_get(&t), "1 val-nll minus #1 s @2000 nats  "));
	CHECK(strstr(text_get(&t), "#1 s\n")); /* at the zero line */
	CHECK(!strstr(text_get(&t), "log") && !strstr(text_get(&t), "big"));
	text_release(&t);
	canvas_release(&c);
}

/* Samples of a run that is not in view change its row only. */
static void
samples_update_the_list_of_runs(void **state)
{
	struct view_model *v = view_model_new("test", NULL);
	struct scene *s = view_model_scene(v);
	struct event ev = { .run = 1,
			    .branch = BRANCH_STUDENT,
			    .metric = METRIC_VAL_NLL,
			    .step = 70,
			    .value = 0.5 };

	(void)state;
	s->info.n_runs = 2;
	s->info.focus = 1;
	s->info.runs[0].number = 1;
	s->info.runs[1].number = 2;
	s->info.run->student.last.nll = 9;
	view_model_sample(v, &ev);
	CHECK_NEAR(s->info.runs[0].last.nll, 0.5, 0);
	CHECK_INT(s->info.runs[0].step, 70);
	CHECK_NEAR(s->info.run->student.last.nll, 9, 0);
	ev.run = 2;
	ev.value = 0.25;
	view_model_sample(v, &ev);
	CHECK_NEAR(s->info.run->student.last.nll, 0.25, 0);
	CHECK_NEAR(s->info.runs[1].last.nll, 0.25, 0);
	CHECK_NEAR(s->info.runs[0].last.nll, 0.5, 0);
	view_model_free(v);
}

static void
a_divergence_says_how_to_go_back(void **state)
{
	struct view_model *v = view_model_new("test", NULL);
	struct request *r = request_new(REQUEST_DIVERGED);
	static struct lab_run run;
	static struct lab_info info = { .run = &run, .busy = -1 };

	(void)state;
	knob_defaults(&run.settings.knobs);
	r->status = -1;
	r->info = &info;
	snprintf(r->err.msg, sizeof r->err.msg, "the loss is no number");
	view_model_answer(v, r);
	CHECK_STR(view_model_scene(v)->message, "the loss is no number; B goes back");
	CHECK(view_model_scene(v)->message_is_error);
	r->info = NULL;
	request_free(r);
	view_model_free(v);
}

/* The run that the next measurement compares; 0: there is none. The measurement is answered. */
static int
compared(struct view_probe *p, double now)
{
	struct request *r = view_probe_next(p, &scene, now);
	int run = 0;

	if (!r)
		return 0;
	CHECK_INT(r->kind, REQUEST_COMPARE);
	run = (int)strtol(r->target, NULL, 10);
	CHECK(!view_probe_next(p, &scene, now)); /* one at a time */
	r->u.compare.interval =
		(struct lab_interval){ run, scene.info.reference, 0.01, 0.02, 0.03, 0, 0, 0 };
	view_probe_take(p, &scene, r);
	request_free(r);
	return run;
}

/* A run is compared with the reference when one of both has been evaluated and the list is shown.
 */
static void
intervals_are_measured_when_they_are_shown(void **state)
{
	struct view_probe p;

	(void)state;
	view_probe_init(&p);
	scene.n_intervals = 0;
	scene.width = 160;
	scene.height = 50;
	scene.info.phase = LAB_IDLE;
	CHECK_INT(compared(&p, 0), 2);
	CHECK_INT(compared(&p, 0), 3);
	CHECK_INT(compared(&p, 0), 4);
	CHECK_INT(compared(&p, 0), 0);
	CHECK_NEAR(scene_interval(&scene, 3)->is.nll, 0.02, 0);
	scene.info.runs[2].last.nll += 1e-9;
	CHECK_INT(compared(&p, 1), 3);
	CHECK_INT(compared(&p, 1), 0);
	scene.info.reference = 3;
	CHECK(!scene_interval(&scene, 2));
	CHECK_INT(compared(&p, 2), 4);
	CHECK_INT(compared(&p, 2), 1);
	scene.view.zoomed = true; /* without the list */
	scene.view.focus = LAYOUT_loss;
	CHECK_INT(compared(&p, 2), 0);
	scene.view.zoomed = false;
	scene.info.phase = LAB_REPORTING;
	CHECK_INT(compared(&p, 2), 0);
	scene.info.phase = LAB_DISTILLING;
	CHECK_INT(compared(&p, 10), 2);
	scene.info.runs[2].last.nll += 1e-9;
	CHECK_INT(compared(&p, 10.5), 0); /* its answer took half a second: 0.5 % of the time */
	CHECK_INT(compared(&p, 109), 0);
	CHECK(compared(&p, 111));
}

/* Runs are above the log of a tall screen, in the place of a plot or of terms on smaller ones. */
static void
the_pane_has_a_place(void **state)
{
	struct layout l;

	(void)state;
	scene.view.focus = LAYOUT_loss;
	layout_make(&scene, 160, 50, &l);
	CHECK_INT(l.pane[LAYOUT_runs].height, 7);
	CHECK_INT(l.pane[LAYOUT_runs].y + 7, l.pane[LAYOUT_log].y);
	layout_make(&scene, 80, 24, &l);
	CHECK(!l.pane[LAYOUT_runs].height);
	scene.view.focus = LAYOUT_runs;
	layout_make(&scene, 80, 24, &l);
	CHECK(l.pane[LAYOUT_runs].height && l.pane[LAYOUT_loss].height);
	layout_make(&scene, 130, 28, &l);
	CHECK(l.pane[LAYOUT_runs].height && l.pane[LAYOUT_accuracy].height);
	scene.info.n_runs = 1;
	CHECK(strstr(pane_empty(&scene, LAYOUT_runs), "fork NAME"));
	CHECK(viewrig_is_refused(&scene, "focus", "runs"));
}

#define RUNS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RUNS_TEST(rows_become_commands),
		RUNS_TEST(a_fork_gets_a_free_name_and_the_selected_knob),
		RUNS_TEST(going_back_is_to_the_cursor_or_to_the_last_state),
		RUNS_TEST(each_run_is_saved_by_itself),
		TEST(keys_of_runs_change_no_other_key),
		RUNS_TEST(curves_of_runs_keep_their_colour),
		RUNS_TEST(a_fork_shares_the_curve_of_its_parent),
		RUNS_TEST(a_stretch_that_was_left_is_faint),
		TEST(a_difference_is_that_of_samples_at_the_same_step),
		RUNS_TEST(differences_are_those_to_the_reference),
		RUNS_TEST(a_plot_of_differences_says_so),
		TEST(samples_update_the_list_of_runs),
		TEST(a_divergence_says_how_to_go_back),
		RUNS_TEST(intervals_are_measured_when_they_are_shown),
		RUNS_TEST(the_pane_has_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
