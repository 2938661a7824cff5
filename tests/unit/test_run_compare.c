/* test_run_compare.c: intervals of the differences between runs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "runrig.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/run_compare.h"
#include "retort/lab/runs.h"
#include "retort/lab/verdict.h"
#include "retort/train/eval_rows.h"

static const char *const setup[] = {
	"seed 3",
	"data digits labels 100",
	"teacher big mlp 24,24",
	"train big epochs 3",
	"student mlp 12",
	"run 60",
	"fork hot set temperature 9",
};

/* Two runs of a session that has ended. */
static struct trainer_state *
open_pair(int threads)
{
	struct trainer_state *w = steprig_new(threads);

	for (size_t i = 0; i < sizeof setup / sizeof *setup; i++) {
		steprig_apply(w, setup[i]);
		steprig_work(w);
	}
	steprig_apply(w, "run 40");
	steprig_work(w);
	return w;
}

/* The answer to COMPARE about a run by its index. Returns its status. */
static int
compare(struct trainer_state *w, int index, struct lab_interval *out)
{
	struct request *r = request_new(REQUEST_COMPARE);
	int status;

	runs_take(w, index);
	status = run_compare_request(w, r, &r->err);
	*out = r->u.compare.interval;
	CHECK(w->run == w->runs[index]);
	runs_take(w, w->focus);
	request_free(r);
	return status;
}

/* Figures by row of a run: nll, right predictions, KL and agreement of n rows each. */
static double *
rows_of(struct trainer_state *w, int index)
{
	size_t n = w->train.split.n_held;
	struct eval_row *row = mem_array(n, sizeof *row);
	double *out = mem_array(4 * n, sizeof *out);

	runs_take(w, index);
	eval_rows(&w->train, &w->run->info.settings, w->run->student, w->train.split.held, n, row,
		  NULL, true);
	for (size_t i = 0; i < n; i++) {
		out[i] = (double)row[i].nll;
		out[n + i] = (double)row[i].right;
		out[2 * n + i] = (double)row[i].kl;
		out[3 * n + i] = (double)row[i].agree;
	}
	mem_free(row);
	return out;
}

static double
mean_of(const double *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i] / (double)n;
	return sum;
}

/* Rows add up to the figures of the evaluation, and the intervals are those of a bootstrap. */
static void
intervals_are_those_of_a_bootstrap(void **state)
{
	struct trainer_state *w = open_pair(1);
	size_t n = w->train.split.n_held;
	double *first = rows_of(w, 0), *other = rows_of(w, 1);
	const struct scores *last = &w->runs[1]->info.student.last;
	struct lab_interval i;
	struct verdict v[3];

	(void)state;
	CHECK_NEAR(mean_of(other, n), last->nll, 1e-6);
	CHECK_NEAR(mean_of(other + n, n), last->accuracy, 1e-9);
	CHECK_NEAR(mean_of(other + 2 * n, n), last->kl, 1e-6);
	CHECK_NEAR(mean_of(other + 3 * n, n), last->agreement, 1e-9);
	for (size_t k = 0; k < 3 * n; k++)
		other[k] -= first[k];
	verdict_bootstrap(other, NULL, 3, n, 1, 8000, v);
	CHECK_INT(compare(w, 1, &i), 0);
	CHECK(i.run == 2 && i.reference == 1);
	CHECK_NEAR(i.nll, (v[0].high - v[0].low) / 2, 0.06 * i.nll);
	CHECK_NEAR(i.accuracy, (v[1].high - v[1].low) / 2, 0.15 * i.accuracy); /* steps of a row */
	CHECK_NEAR(i.kl, (v[2].high - v[2].low) / 2, 0.06 * i.kl);
	CHECK(i.nll > 0 && i.accuracy > 0 && i.kl > 0);
	CHECK_NEAR(i.by_nll, mean_of(other, n), 1e-9); /* `other` has the differences now */
	CHECK_NEAR(i.by_accuracy, mean_of(other + n, n), 1e-9);
	CHECK_NEAR(i.by_kl, mean_of(other + 2 * n, n), 1e-9);
	CHECK_INT(compare(w, 0, &i), 0); /* the reference differs from itself by nothing */
	CHECK(isnan(i.nll) && isnan(i.accuracy) && isnan(i.kl));
	mem_free(first);
	mem_free(other);
	steprig_free(w);
}

static void
intervals_have_the_same_bits_on_two_threads(void **state)
{
	struct trainer_state *one = open_pair(1), *two = open_pair(2);
	struct lab_interval a, b;

	(void)state;
	CHECK_INT(compare(one, 1, &a), 0);
	CHECK_INT(compare(two, 1, &b), 0);
	CHECK(a.nll == b.nll && a.accuracy == b.accuracy && a.kl == b.kl);
	steprig_free(one);
	steprig_free(two);
}

/* The hash of a run that is compared after every step with the one that it was forked from. */
static struct hash
train_pair(const struct runrig_scenario *s, bool compares, int *n)
{
	struct trainer_state *w = runrig_open(s);
	struct hash samples = { 0 }, out;
	struct lab_interval i;

	for (int k = 0; k < 6; k++)
		runrig_step(w, s, &samples);
	steprig_apply(w, "fork twin set ce-weight 0.7");
	while (w->run->student->state->step < RUNRIG_STEPS - 2) {
		steprig_step(w, &samples);
		if (compares)
			*n += compare(w, 1, &i) == 0 && i.nll > 0;
	}
	out = runrig_state(w->run);
	out = hash_join(&samples, &out);
	steprig_free(w);
	return out;
}

static void
comparing_changes_nothing(void **state)
{
	const struct runrig_scenario *s = *state;
	int n = 0;
	struct hash without = train_pair(s, false, &n), with = train_pair(s, true, &n);

	CHECK(n > 5);
	assert_memory_equal(&without, &with, sizeof with);
}

/* Rows of eval-rows alone; without a student, or in other work, there is nothing to compare. */
static void
what_cannot_be_compared_is_refused(void **state)
{
	struct trainer_state *w = open_pair(1);
	struct lab_interval all, few;

	(void)state;
	CHECK_INT(compare(w, 1, &all), 0);
	steprig_apply(w, "all: set eval-rows 40");
	CHECK_INT(compare(w, 1, &few), 0);
	CHECK(few.nll > 1.5 * all.nll);
	steprig_apply(w, "run 1: set eval-rows 50");
	CHECK_INT(compare(w, 1, &few), 0); /* other rows: not paired */
	CHECK(isnan(few.nll) && isnan(few.accuracy));
	steprig_apply(w, "train big epochs 1");
	CHECK_INT(compare(w, 1, &few), -1);
	steprig_work(w);
	steprig_free(w);
	w = steprig_new(1);
	CHECK_INT(compare(w, 0, &few), -1);
	steprig_free(w);
}

/* NLL of the baseline of a report, during which the runs are compared. */
static double
report_pair(bool compares)
{
	struct trainer_state *w = open_pair(1);
	struct hash samples = { 0 };
	struct lab_interval i;
	double nll;

	steprig_apply(w, "report");
	for (int k = 0; k < 20; k++) {
		steprig_step(w, &samples);
		if (compares)
			CHECK(compare(w, 1, &i) == 0 && i.nll > 0);
	}
	CHECK(w->info.phase == LAB_REPORTING);
	steprig_work(w);
	nll = w->info.run->baseline.last.nll;
	steprig_free(w);
	return nll;
}

static void
comparing_changes_no_report(void **state)
{
	double nll = report_pair(false);

	(void)state;
	CHECK(nll > 0 && report_pair(true) == nll);
}

static void
the_list_has_intervals(void **state)
{
	struct trainer_state *w = open_pair(1);
	struct request *r = request_new(REQUEST_LIST);
	struct lab_interval i;
	char text[40];

	(void)state;
	CHECK_INT(compare(w, 1, &i), 0);
	CHECK_INT(run_compare_list(w, r, &r->err), 0);
	snprintf(text, sizeof text, "+-%.4f ", i.accuracy);
	CHECK(strstr(r->page, text));
	CHECK(strstr(r->page, "(reference)") && strstr(r->page, "temperature 4 -> 9"));
	CHECK_INT(w->focus, 1);
	request_free(r);
	steprig_free(w);
}

int
main(void)
{
	struct CMUnitTest tests[RUNRIG_SCENARIOS + 5] = {
		TEST(intervals_are_those_of_a_bootstrap),
		TEST(intervals_have_the_same_bits_on_two_threads),
		TEST(what_cannot_be_compared_is_refused),
		TEST(comparing_changes_no_report),
		TEST(the_list_has_intervals),
	};

	for (size_t i = 0; i < RUNRIG_SCENARIOS; i++)
		tests[5 + i] =
			(struct CMUnitTest){ runrig_scenario[i].name, comparing_changes_nothing,
					     NULL, NULL, (void *)&runrig_scenario[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
