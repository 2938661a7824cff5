/* test_curves.c: samples by run and network, and what a result removes or marks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/curve/curves_result.h"
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

static void
a_result_marks_the_knobs_that_it_changes(void **state)
{
	struct curves *c = curves_new(true);
	struct lab_info *was = mem_new(sizeof *was), *now = mem_new(sizeof *now);
	static struct lab_run runs[2];
	struct request *r;

	(void)state;
	was->run = &runs[0];
	knob_defaults(&was->run->settings.knobs);
	lab_info_copy(now, &runs[1], was);
	now->run->settings.knobs.temperature = 2;
	now->run->settings.knobs.kd_weight = 0.5;
	now->run->settings.knobs.smooth = 0.5; /* of the display: no marker */
	now->n_teachers = 1;
	snprintf(now->teacher[0].name, NET_NAME, "big");
	r = result_of(REQUEST_SET, now);
	snprintf(r->note, sizeof r->note, "temperature 4 -> 2, kd-weight 0.9 -> 0.5");
	curves_result(c, was, r);
	CHECK_STR(c->teacher[0], "big");
	CHECK_INT(c->n_marks, 2);
	CHECK_INT(c->mark[0].step, 620);
	CHECK_STR(c->mark[0].text, "temperature 4 -> 2");
	CHECK_STR(c->mark[1].text, "kd-weight 0.9 -> 0.5");
	CHECK_NEAR(c->mark[1].from, 0.9, 0);
	CHECK_NEAR(c->mark[1].to, 0.5, 0);
	CHECK_STR(knob_table[c->mark[1].knob].name, "kd-weight");
	r->status = -1; /* a request that failed changes nothing */
	curves_result(c, was, r);
	CHECK_INT(c->n_marks, 2);
	request_free(r);
	curves_sample(c, 1, BRANCH_STUDENT, METRIC_VAL_NLL, 50, 1);
	r = result_of(REQUEST_STUDENT, now);
	curves_result(c, now, r);
	CHECK(!curves_series(c, 1, BRANCH_STUDENT, METRIC_VAL_NLL));
	CHECK_INT(c->n_marks, 0);
	request_free(r);
	mem_free(was);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
