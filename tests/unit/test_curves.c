/* test_curves.c: samples by run and network, and what a result removes or marks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/curve/curves_result.h"
#include "retort/lab/knob_changes.h"
#include "retort/lab/lab_snapshot.h"

static double
last_of(const struct curves *c, unsigned run, unsigned branch)
{
	const struct series *s = curves_series(c, run, branch, METRIC_VAL_NLL);
	uint32_t step;
	double value = NAN;

	return s && series_last(s, &step, &value) ? value : NAN;
}

static void
runs_have_curves_of_their_own_and_share_teachers(void **state)
{
	struct curves *c = curves_new(true);
	char label[CURVES_LABEL];

	(void)state;
	CHECK_STR(curves_run(c, CURVES_FIRST)->name, "s");
	curves_run_add(c, 2, "wide", CURVES_FIRST, 400);
	curves_teacher(c, 0, "big");
	curves_sample(c, 1, BRANCH_STUDENT, METRIC_VAL_NLL, 50, 1);
	curves_sample(c, 2, BRANCH_STUDENT, METRIC_VAL_NLL, 450, 2);
	curves_sample(c, 2, BRANCH_TEACHER(0), METRIC_VAL_NLL, 450, 3);
	curves_sample(c, 7, BRANCH_BASELINE, METRIC_VAL_NLL, 50, 4);
	CHECK_NEAR(last_of(c, 1, BRANCH_STUDENT), 1, 0);
	CHECK_NEAR(last_of(c, 2, BRANCH_STUDENT), 2, 0);
	CHECK_NEAR(last_of(c, 1, BRANCH_TEACHER(0)), 3, 0); /* the same for every run */
	CHECK_NEAR(last_of(c, 7, BRANCH_BASELINE), 4, 0);
	CHECK(!curves_series(c, 1, BRANCH_BASELINE, METRIC_VAL_NLL));
	CHECK(!curves_series(c, 1, BRANCH_STUDENT, METRIC_VAL_KL));
	CHECK(!curves_series(c, 3, BRANCH_STUDENT, METRIC_VAL_NLL));
	CHECK_INT(curves_run_named(c, "wide")->parent, CURVES_FIRST);
	CHECK_INT(curves_run_named(c, "wide")->fork, 400);
	CHECK(!curves_run_named(c, "none") && !curves_run_named(c, ""));
	CHECK_STR(curves_label(c, 2, BRANCH_STUDENT, label), "wide");
	CHECK_STR(curves_label(c, 2, BRANCH_BASELINE, label), "wide:baseline");
	CHECK_STR(curves_label(c, 2, BRANCH_TEACHER(0), label), "big");
	CHECK_STR(curves_label(c, 7, BRANCH_STUDENT, label), "s7");
	curves_free(c);
}

static void
forgetting_a_network_leaves_the_others(void **state)
{
	struct curves *c = curves_new(true);

	(void)state;
	for (unsigned run = 1; run < 3; run++) {
		curves_sample(c, run, BRANCH_STUDENT, METRIC_VAL_NLL, 50, run);
		curves_mark(c, CURVES_NOTE, run, BRANCH_STUDENT, 50, "note", -1, 0, 0);
	}
	curves_sample(c, 1, BRANCH_TEACHER(1), METRIC_VAL_NLL, 50, 5);
	curves_mark(c, CURVES_NOTE, 1, BRANCH_TEACHER(1), 50, "of a teacher", -1, 0, 0);
	CHECK_INT(c->mark[1].letter, 'b');
	curves_forget(c, 1, BRANCH_STUDENT);
	CHECK(!curves_series(c, 1, BRANCH_STUDENT, METRIC_VAL_NLL));
	CHECK_NEAR(last_of(c, 2, BRANCH_STUDENT), 2, 0);
	CHECK_INT(c->n_marks, 2);
	CHECK_INT(c->mark[0].run, 2);
	CHECK_INT(c->mark[1].run, CURVES_SHARED);
	curves_clear(c);
	CHECK_INT(c->n_marks, 0);
	CHECK(!curves_run(c, 2) && curves_run(c, CURVES_FIRST));
	CHECK(!curves_series(c, 1, BRANCH_TEACHER(1), METRIC_VAL_NLL));
	curves_free(c);
}

static struct request *
result_of(enum request_kind kind, const struct lab_info *now)
{
	struct request *r = request_new(kind);

	r->info = lab_snapshot_new(now);
	r->run = CURVES_FIRST;
	r->branch = BRANCH_STUDENT;
	r->step = 620;
	return r;
}

/* Add a change of a knob of a run to a result. */
static void
add_change(struct request *r, size_t *cap, int run, const char *knob, double from, double to)
{
	mem_grow(&r->change, cap, r->n_changes + 1, sizeof *r->change);
	r->change[r->n_changes++] = (struct knob_change){
		.run = run,
		.step = 600,
		.knob = (int)(knob_find(knob, NULL) - knob_table),
		.from = from,
		.to = to,
	};
}

static void
check_mark(const struct curves_mark *m, unsigned run, unsigned step, const char *text,
	   const char *knob)
{
	CHECK_INT(m->run, run);
	CHECK_INT(m->step, step);
	CHECK_STR(m->text, text);
	CHECK_STR(m->knob < 0 ? "" : knob_table[m->knob].name, knob);
}

static void
a_result_marks_the_knobs_that_it_changes(void **state)
{
	struct curves *c = curves_new(true);
	struct lab_info *now = mem_new(sizeof *now);
	static struct lab_run run;
	struct request *r;
	size_t cap = 0;

	(void)state;
	now->run = &run;
	now->n_teachers = 1;
	snprintf(now->teacher[0].name, NET_NAME, "big");
	r = result_of(REQUEST_SET, now);
	snprintf(r->note, sizeof r->note, "temperature 4 -> 2, kd-weight 0.9 -> 0.5");
	add_change(r, &cap, CURVES_FIRST, "temperature", 4, 2);
	add_change(r, &cap, CURVES_FIRST, "kd-weight", 0.9, 0.5);
	add_change(r, &cap, CURVES_FIRST, "log-every", 20, 10); /* of no training: no marker */
	curves_result(c, r);
	CHECK_STR(c->teacher[0], "big");
	CHECK_INT(c->n_marks, 2);
	check_mark(&c->mark[0], CURVES_FIRST, 620, "temperature 4 -> 2", "temperature");
	check_mark(&c->mark[1], CURVES_FIRST, 620, "kd-weight 0.9 -> 0.5", "kd-weight");
	CHECK_NEAR(c->mark[1].from, 0.9, 0);
	CHECK_NEAR(c->mark[1].to, 0.5, 0);
	r->status = -1; /* a request that failed changes nothing */
	curves_result(c, r);
	CHECK_INT(c->n_marks, 2);
	request_free(r);
	curves_sample(c, 1, BRANCH_STUDENT, METRIC_VAL_NLL, 50, 1);
	r = result_of(REQUEST_STUDENT, now);
	curves_result(c, r);
	CHECK(!curves_series(c, 1, BRANCH_STUDENT, METRIC_VAL_NLL));
	CHECK_INT(c->n_marks, 0);
	request_free(r);
	mem_free(now);
	curves_free(c);
}

static void
a_result_marks_the_knobs_of_other_runs_at_their_steps(void **state)
{
	struct curves *c = curves_new(true);
	struct lab_info *now = mem_new(sizeof *now);
	static struct lab_run run;
	struct request *r;
	size_t cap = 0;

	(void)state;
	now->run = &run;
	r = result_of(REQUEST_FORK, now);
	r->run = 2;
	snprintf(r->note, sizeof r->note, "fork a of run 1 at step 620: batch-x 1 -> 2, and more");
	add_change(r, &cap, 2, "temperature", 4, 2);
	curves_result(c, r);
	CHECK_INT(c->n_marks, 1);
	check_mark(&c->mark[0], 2, 620, "temperature 4 -> 2", "temperature");
	add_change(r, &cap, 2, "eval-every", 50, 10000000);
	curves_result(c, r);
	CHECK_INT(c->n_marks, 4);
	check_mark(&c->mark[1], 2, 620, r->note, "");
	check_mark(&c->mark[2], 2, 620, "temperature 4 -> 2", "temperature");
	check_mark(&c->mark[3], 2, 620, "eval-every 50 -> 10000000", "eval-every");
	request_free(r);
	cap = 0;
	r = result_of(REQUEST_SET, now); /* `all:` */
	snprintf(r->note, sizeof r->note, "temperature 2 -> 9");
	add_change(r, &cap, 1, "temperature", 4, 9);
	add_change(r, &cap, 2, "temperature", 2, 9);
	curves_result(c, r);
	CHECK_INT(c->n_marks, 6);
	check_mark(&c->mark[4], 1, 620, "temperature 4 -> 9", "temperature");
	check_mark(&c->mark[5], 2, 600, "temperature 2 -> 9", "temperature");
	request_free(r);
	mem_free(now);
	curves_free(c);
}

/* The change of a fork of an earlier step is marked there, not at the stamp. */
static void
a_fork_is_marked_where_it_begins(void **state)
{
	struct curves *c = curves_new(true);
	struct lab_info *now = mem_new(sizeof *now);
	static struct lab_run run;
	struct request *r;
	size_t cap = 0;

	(void)state;
	now->run = &run;
	now->n_runs = 1;
	now->runs[0] = (struct lab_listed){ .number = 2, .parent = 1, .fork = 100 };
	r = result_of(REQUEST_FORK, now);
	r->run = 2;
	snprintf(r->note, sizeof r->note, "fork a of run 1 at step 100");
	curves_result(c, r);
	check_mark(&c->mark[0], 2, 100, "fork a of run 1 at step 100", "");
	add_change(r, &cap, 2, "temperature", 4, 2);
	curves_result(c, r);
	CHECK_INT(c->n_marks, 2);
	CHECK_INT(c->mark[1].step, 100);
	request_free(r);
	mem_free(now);
	curves_free(c);
}

static void
a_long_text_of_a_marker_ends_between_characters(void **state)
{
	struct curves *c = curves_new(true);
	struct text text = { 0 }, want = { 0 };
	struct curves_mark *m;

	(void)state;
	for (int i = 0; i < 120; i++)
		text_add(&text, "\u00e9"); /* two bytes each */
	m = curves_mark(c, CURVES_NOTE, 1, BRANCH_STUDENT, 0, text.s, -1, 0, 0);
	text_bytes(&want, text.s, (sizeof m->text - 4) / 2 * 2);
	text_add(&want, "\u2026");
	CHECK_STR(m->text, want.s);
	text.s[sizeof m->text / 2 * 2 - 2] = '\0';
	m = curves_mark(c, CURVES_NOTE, 1, BRANCH_STUDENT, 0, text.s, -1, 0, 0);
	CHECK_STR(m->text, text.s);
	text_release(&text);
	text_release(&want);
	curves_free(c);
}

/* Values of a run at 10, 20, ... up to `last`. */
static void
add_steps(struct curves *c, unsigned run, uint32_t from, uint32_t last)
{
	for (uint32_t step = from; step <= last; step += 10)
		curves_sample(c, run, BRANCH_STUDENT, METRIC_VAL_NLL, step, run * 1000 + step);
}

static void
check_steps(const struct curves *c, unsigned run, uint32_t from, uint32_t last)
{
	const struct series *s = curves_series(c, run, BRANCH_STUDENT, METRIC_VAL_NLL);
	uint32_t step;
	double value;

	assert_non_null(s);
	series_get(s, 0, &step, &value);
	CHECK_INT(step, from);
	series_last(s, &step, &value);
	CHECK_INT(step, last);
}

/* Run 2 is forked at 50 from run 1, which then goes back to 30; so does run 2, before its fork. */
static void
what_was_forked_from_a_stretch_that_is_left_stays_its_fork(void **state)
{
	struct curves *c = curves_new(true);
	unsigned left = CURVES_LEFT;

	(void)state;
	add_steps(c, 1, 10, 100);
	curves_run_add(c, 2, "two", 1, 50);
	add_steps(c, 2, 60, 100);
	curves_run_add(c, 3, "three", 1, 20);
	curves_mark(c, CURVES_RUN, 1, BRANCH_STUDENT, 30, "run until 60", -1, 0, 0);
	curves_mark(c, CURVES_RUN, 1, BRANCH_STUDENT, 60, "run until 100", -1, 0, 0);
	curves_cut(c, 1, 30);
	check_steps(c, 1, 10, 30);
	check_steps(c, left, 40, 100);
	CHECK_STR(curves_run(c, left)->name, "s~1");
	CHECK_INT(curves_run(c, left)->left_by, 1);
	CHECK_INT(curves_run(c, left)->parent, 1);
	CHECK_INT(curves_run(c, left)->fork, 30);
	CHECK_INT(curves_run(c, 2)->parent, left);
	CHECK_INT(curves_run(c, 3)->parent, 1);
	CHECK_INT(c->mark[0].run, 1);
	CHECK_INT(c->mark[1].run, left);
	curves_run_add(c, 2, "two", 1, 50); /* as every later result has it */
	CHECK_INT(curves_run(c, 2)->parent, left);
	curves_cut(c, 2, 40);
	check_steps(c, left + 1, 60, 100);
	CHECK_INT(curves_run(c, left + 1)->parent, left);
	CHECK_INT(curves_run(c, left + 1)->fork, 50);
	CHECK_INT(curves_run(c, 2)->parent, left);
	CHECK_INT(curves_run(c, 2)->fork, 40);
	CHECK(!curves_series(c, 2, BRANCH_STUDENT, METRIC_VAL_NLL));
	curves_free(c);
}

/* A result of a step back has the fork at its new step already; the stretch that is left began at
 * the old one. */
static void
a_stretch_begins_where_its_run_was_forked(void **state)
{
	struct curves *c = curves_new(true);
	struct lab_info *now = mem_new(sizeof *now);
	static struct lab_run run;
	struct request *r;

	(void)state;
	add_steps(c, 1, 10, 100);
	curves_run_add(c, 2, "two", 1, 50);
	add_steps(c, 2, 60, 100);
	now->run = &run;
	now->n_runs = 1;
	now->runs[0] = (struct lab_listed){ .number = 2, .name = "two", .parent = 1, .fork = 20 };
	r = result_of(REQUEST_REWIND, now);
	r->run = 2;
	r->u.rewind.at = 20;
	curves_result(c, r);
	CHECK_INT(curves_run(c, 2)->fork, 20);
	CHECK_INT(curves_run(c, CURVES_LEFT)->fork, 50);
	CHECK_INT(curves_run(c, CURVES_LEFT)->parent, 1);
	request_free(r);
	mem_free(now);
	curves_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(runs_have_curves_of_their_own_and_share_teachers),
		TEST(forgetting_a_network_leaves_the_others),
		TEST(a_result_marks_the_knobs_that_it_changes),
		TEST(a_fork_is_marked_where_it_begins),
		TEST(a_result_marks_the_knobs_of_other_runs_at_their_steps),
		TEST(what_was_forked_from_a_stretch_that_is_left_stays_its_fork),
		TEST(a_stretch_begins_where_its_run_was_forked),
		TEST(a_long_text_of_a_marker_ends_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
