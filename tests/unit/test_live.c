/* test_live.c: the view follows samples and progress without waiting for an answer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/lab/lab_snapshot.h"
#include "retort/ui/layout.h"
#include "retort/ui/view_model.h"
#include "viewrig.h"

static void
sample(struct view_model *l, unsigned metric, double value)
{
	const struct event ev = {
		.branch = BRANCH_STUDENT, .metric = (uint16_t)metric, .step = 50, .value = value
	};

	view_model_sample(l, &ev);
}

static void
agreement_is_that_of_the_last_evaluation(void **state)
{
	struct view_model *l = view_model_new("test", NULL);
	struct scene *s = view_model_scene(l);

	(void)state;
	s->info.n_teachers = 1;
	sample(l, METRIC_VAL_AGREEMENT, 0.75);
	sample(l, METRIC_VAL_KL, 0.5);
	CHECK_NEAR(s->info.run->student.last.agreement, 0.75, 0);
	CHECK_NEAR(s->info.run->teaching[0].agreement, 0.75, 0);
	CHECK_NEAR(s->info.run->teaching[0].kl, 0.5, 0);
	s->info.n_teachers = 2;
	sample(l, METRIC_VAL_AGREEMENT, 0.25); /* ambiguous between both teachers */
	sample(l, metric_teacher(1, METRIC_TEACHER_AGREEMENT), 0.5);
	sample(l, metric_teacher(1, METRIC_TEACHER_KL), 2);
	sample(l, metric_teacher(0, METRIC_TEACHER_SHARE), 0.125);
	CHECK_NEAR(s->info.run->teaching[0].agreement, 0.75, 0);
	CHECK_NEAR(s->info.run->teaching[0].share, 0.125, 0);
	CHECK_NEAR(s->info.run->teaching[1].agreement, 0.5, 0);
	CHECK_NEAR(s->info.run->teaching[1].kl, 2, 0);
	view_model_free(l);
}

/* An interactive request opens a page over the curves; output of a script goes to the log. */
static void
output_of_scripts_goes_to_the_log(void **state)
{
	struct view_model *l = view_model_new("test", NULL);
	struct scene *s = view_model_scene(l);

	(void)state;
	view_model_log(l, "one\n\ntwo");
	CHECK_INT(s->n_log, 2);
	CHECK_STR(s->log[0].text, "one");
	CHECK_STR(s->log[1].text, "two");
	CHECK(!s->view.helping);
	view_model_text(l, "title", "one\ntwo\n");
	CHECK(s->view.helping);
	view_model_free(l);
}

static struct request *
answer_to(enum request_kind kind)
{
	static struct lab_run run;
	static const struct lab_info none = { .run = &run };
	struct request *r = request_new(kind);

	r->info = lab_snapshot_new(&none);
	return r;
}

/* Texts being translated, then those in use; new data has none. */
static void
translations_are_shown_as_they_arrive(void **state)
{
	struct view_model *l = view_model_new("test", NULL);
	struct scene *s = view_model_scene(l);
	struct request *r = request_new(REQUEST_PROGRESS);

	(void)state;
	r->u.progress.done = 2;
	r->u.progress.texts = 10;
	r->u.progress.rate = 7;
	r->u.progress.bitext = bitext_new("x");
	bitext_add(r->u.progress.bitext, "a", "b");
	view_model_progress(l, r);
	CHECK(!r->u.progress.bitext && s->translation.last->n == 1);
	CHECK_INT(s->translation.done, 2);
	CHECK_INT(s->translation.total, 10);
	request_free(r);
	r = answer_to(REQUEST_TRANSLATE);
	view_model_answer(l, r);
	CHECK(!s->translation.last && s->translation.total == 0 && !s->bitext);
	request_free(r);
	r = answer_to(REQUEST_BITEXT);
	r->u.bitext.bitext = bitext_new("x");
	bitext_add(r->u.bitext.bitext, "a", "b");
	s->view.pair = 3;
	view_model_answer(l, r);
	CHECK(!r->u.bitext.bitext && s->bitext && s->bitext->n == 1);
	CHECK_INT(s->view.pair, 0);
	request_free(r);
	r = answer_to(REQUEST_DATA);
	view_model_answer(l, r);
	CHECK(!s->bitext);
	request_free(r);
	view_model_free(l);
}

/* Reports of progress each second do not replace an error. */
static void
an_error_outlives_reports_of_progress(void **state)
{
	struct view_model *l = view_model_new("test", NULL);
	struct scene *s = view_model_scene(l);
	struct request *r = request_new(REQUEST_PROGRESS);

	(void)state;
	snprintf(r->note, sizeof r->note, "translated");
	view_model_progress(l, r);
	CHECK_STR(s->message, "translated");
	scene_say(s, true, "an error");
	for (int i = 0; i < 5; i++) {
		view_model_progress(l, r);
		CHECK_STR(s->message, "an error");
	}
	view_model_progress(l, r);
	CHECK_STR(s->message, "translated");
	request_free(r);
	view_model_free(l);
}

/* A report is announced in a line; it takes the focus only if it was asked for. */
static void
a_report_is_a_pane_and_a_line(void **state)
{
	static struct lab_run run;
	static struct lab_info info = { .run = &run };
	struct view_model *l = view_model_new("test", NULL);
	struct scene *s = view_model_scene(l);

	(void)state;
	info.run->has_student = info.run->has_baseline = true;
	info.run->student.last = info.run->student.best = NET_INFO_NO_SCORES;
	info.run->baseline = info.teacher[0] = info.run->student;
	info.run->student.last.accuracy = 0.984;
	info.run->baseline.last.accuracy = 0.895;
	info.n_teachers = 1;
	snprintf(info.teacher[0].name, sizeof info.teacher[0].name, "big");
	info.teacher[0].ready = true;
	info.teacher[0].last.accuracy = 0.992;
	lab_info_copy(&s->info, &s->run, &info);
	view_model_report(l, &info, NULL, 0);
	CHECK_STR(s->message,
		  "done: 98.4% (baseline 89.5%, teacher big 99.2%); i shows the report");
	CHECK(!s->view.helping && s->view.focus == LAYOUT_loss && s->n_report > 3);
	CHECK(strstr(s->log[s->n_log - 1].text, "98.4%"));
	s->view.report_asked = true;
	view_model_report(l, &info, NULL, 0);
	CHECK(s->view.focus == LAYOUT_report && !s->view.report_asked);
	view_model_free(l);
}

static void
check_answer(struct view_model *l, struct request *r, const char *want)
{
	const struct scene *s = view_model_scene(l);

	view_model_answer(l, r);
	CHECK_STR(s->message, want);
	CHECK_STR(s->log[s->n_log - 1].text, want);
	request_free(r);
}

/* What began and what ended is told in the answer line and in the log. */
static void
work_is_answered_where_it_was_typed(void **state)
{
	static struct lab_run run = { .until = 900 };
	static const struct lab_info info = { .run = &run };
	struct view_model *l = view_model_new("test", NULL);
	struct scene *s = view_model_scene(l);
	struct request *r = request_new(REQUEST_RUN);

	(void)state;
	scene_say(s, false, "run 900"); /* the line, until its answer comes */
	r->info = lab_snapshot_new(&info);
	check_answer(l, r, "running until step 900");
	r = answer_to(REQUEST_TRAIN);
	snprintf(r->u.train.teacher, sizeof r->u.train.teacher, "big");
	r->u.train.epochs = 30;
	check_answer(l, r, "training big for 30 epochs");
	r = answer_to(REQUEST_DONE);
	snprintf(r->stamp, sizeof r->stamp, "@900");
	check_answer(l, r, "@900 run finished");
	scene_say(s, true, "an error");
	r = answer_to(REQUEST_DONE);
	view_model_answer(l, r);
	CHECK_STR(s->message, "an error");
	request_free(r);
	view_model_free(l);
}

/* The question whether to leave is about what would be lost now. */
static void
the_question_of_leaving_follows_the_work(void **state)
{
	static struct lab_run run = { .has_student = true };
	static struct lab_info info = { .run = &run, .phase = LAB_DISTILLING, .busy = -1 };
	struct view_model *l = view_model_new("test", NULL);
	struct scene *s = view_model_scene(l);
	struct request *r = request_new(REQUEST_DONE);

	(void)state;
	run.student.steps = 900;
	lab_info_copy(&s->info, &s->run, &info);
	CHECK_STR(viewrig_done(s, "leave", ""), "");
	CHECK_STR(s->question, "training is running; leave?");
	info.phase = LAB_IDLE;
	r->info = lab_snapshot_new(&info);
	view_model_answer(l, r);
	CHECK_STR(s->question, "the student of step 900 is not saved; leave?");
	CHECK_INT(s->n_choices, 4);
	request_free(r);
	scene_ask(s, "data x", "task classes|task regression", "which?");
	CHECK_INT(s->n_choices, 0);
	r = answer_to(REQUEST_DONE);
	view_model_answer(l, r);
	CHECK_STR(s->question, "which?"); /* another one stays */
	scene_save(s, CURVES_FIRST, 900, "one.safetensors");
	s->info.phase = LAB_DISTILLING;
	s->info.run->student.steps = 900;
	s->info.run->has_student = true;
	viewrig_done(s, "leave", "");
	CHECK(s->question[0]);
	request_free(r);
	r = request_new(REQUEST_DONE);
	r->info = lab_snapshot_new(&info);
	view_model_answer(l, r);
	CHECK_STR(s->question, ""); /* nothing would be lost */
	request_free(r);
	view_model_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(agreement_is_that_of_the_last_evaluation),
		TEST(output_of_scripts_goes_to_the_log),
		TEST(translations_are_shown_as_they_arrive),
		TEST(a_report_is_a_pane_and_a_line),
		TEST(an_error_outlives_reports_of_progress),
		TEST(work_is_answered_where_it_was_typed),
		TEST(the_question_of_leaving_follows_the_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
