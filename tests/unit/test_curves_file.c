/* test_curves_file.c: files of curves are read back to the same samples, bad ones refused. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <unistd.h>

#include "retort/base/io.h"
#include "retort/curve/curves_file.h"
#include "tmpfolder.h"

#define HEAD "# retort-metrics 1\nstep\trun\tmetric\tvalue\n"

static const double values[] = {
	0.1, 1.0 / 3,  -0.0,      5e-324, 1.7976931348623157e308, 123456789012345678.0,
	NAN, INFINITY, -INFINITY, 2
};
enum { VALUES = sizeof values / sizeof *values };

static void
check_values(const struct curves *c, unsigned run, unsigned branch)
{
	const struct series *s = curves_series(c, run, branch, METRIC_TRAIN_LOSS);
	uint32_t step;
	double x;

	CHECK(s && series_len(s) == VALUES);
	for (size_t i = 0; s && i < VALUES; i++) {
		series_get(s, i, &step, &x);
		CHECK_INT(step, 10 * i);
		CHECK(isnan(values[i]) ? isnan(x) : memcmp(&x, &values[i], sizeof x) == 0);
	}
}

static void
samples_are_read_back_to_the_same_bits(void **state)
{
	struct curves *c = curves_new(true), *again;
	char path[512];
	struct curves_file *f;
	struct err e = { .msg = "" };

	(void)state;
	snprintf(path, sizeof path, "%s/x.metrics.tsv", tmpfolder_dir);
	f = curves_file_new(path, false, &e);
	curves_run_add(c, 2, "wide", 1, 400);
	curves_teacher(c, 1, "big");
	for (uint32_t i = 0; i < VALUES; i++) {
		curves_file_sample(f, c, 1, BRANCH_STUDENT, METRIC_TRAIN_LOSS, 10 * i, values[i]);
		curves_file_sample(f, c, 2, BRANCH_BASELINE, METRIC_TRAIN_LOSS, 10 * i, values[i]);
		curves_file_sample(f, c, CURVES_SHARED, BRANCH_TEACHER(1), METRIC_TRAIN_LOSS,
				   10 * i, values[i]);
	}
	CHECK(!io_exists(path)); /* nothing is written before it is flushed */
	CHECK_INT(curves_file_flush(f, true, &e), 0);
	curves_file_free(f);
	CHECK(!curves_file_new(path, false, &e));
	again = curves_file_read(path, true, &e);
	CHECK_STR(e.msg + strlen(path), ": exists already; a recording overwrites nothing");
	check_values(again, 1, BRANCH_STUDENT);
	check_values(again, 2, BRANCH_BASELINE);
	check_values(again, CURVES_SHARED, BRANCH_TEACHER(1));
	CHECK_STR(curves_run(again, 2)->name, "wide");
	CHECK_INT(curves_run(again, 2)->parent, 1);
	CHECK_INT(curves_run(again, 2)->fork, 400);
	f = curves_file_new(path, true, &e); /* that of a recording that was removed */
	CHECK(f && !io_exists(path));
	curves_file_free(f);
	CHECK(!io_exists(path));
	curves_free(again);
	curves_free(c);
}

/* A marker of each form is read back: of a knob, with a ramp, a note with controls. */
static void
markers_are_read_back(void **state)
{
	static const struct ramp ramp = { .n = 2,
					  .from = 0.9,
					  .leg = { { 0.5, 200, 4, RAMP_STEPS },
						   { 1.0 / 3, 50, 0, RAMP_COSINE } } };
	struct curves *c = curves_new(true), *again;
	char path[512];
	struct curves_file *f;
	struct err e = { .msg = "" };

	(void)state;
	snprintf(path, sizeof path, "%s/marks.metrics.tsv", tmpfolder_dir);
	f = curves_file_new(path, false, &e);
	curves_mark(c, CURVES_TWEAK, 1, BRANCH_STUDENT, 300, "temperature 4 -> 2", 0, 4, 2);
	curves_mark(c, CURVES_TWEAK, 1, BRANCH_STUDENT, 500, "ramps", 1, 0.9, 0.9)->ramp = ramp;
	curves_mark(c, CURVES_NOTE, 1, BRANCH_BASELINE, 600, "a\tb\nc  d", -1, 0, 0);
	curves_mark(c, CURVES_DIVERGED, 1, BRANCH_STUDENT, 700, "", -1, 0, 0);
	for (size_t i = 0; i < c->n_marks; i++)
		curves_file_mark(f, c, &c->mark[i]);
	CHECK_INT(curves_file_flush(f, true, &e), 0);
	curves_file_free(f);
	again = curves_file_read(path, true, &e);
	CHECK(again && again->n_marks == 4);
	CHECK_INT(again->mark[0].step, 300);
	CHECK_INT(again->mark[0].knob, 0);
	CHECK_NEAR(again->mark[0].from, 4, 0);
	CHECK_NEAR(again->mark[0].to, 2, 0);
	CHECK_STR(again->mark[0].text, "temperature 4 -> 2");
	CHECK_INT(again->mark[1].ramp.n, 2);
	CHECK_INT(again->mark[1].ramp.start, 500);
	CHECK_INT(again->mark[1].ramp.leg[0].jumps, 4);
	CHECK_INT(again->mark[1].ramp.leg[0].over, 200);
	CHECK_INT(again->mark[1].ramp.leg[1].shape, RAMP_COSINE);
	CHECK_NEAR(curves_mark_value(&again->mark[1], 9999), 1.0 / 3, 0);
	CHECK_NEAR(curves_mark_value(&again->mark[1], 600), ramp_value(&again->mark[1].ramp, 600),
		   0);
	CHECK_INT(again->mark[2].branch, BRANCH_BASELINE);
	CHECK_STR(again->mark[2].text, "a b c  d");
	CHECK_INT(again->mark[3].kind, CURVES_DIVERGED);
	CHECK_INT(again->mark[3].letter, '!');
	curves_free(again);
	curves_free(c);
}

static struct curves *
parse(const char *text, struct err *e)
{
	struct curves *c = curves_new(true);

	if (curves_file_read_text(text, strlen(text), c, e) == 0)
		return c;
	curves_free(c);
	return NULL;
}

static void
a_new_network_ends_the_curve_of_the_old_one(void **state)
{
	struct err e = { .msg = "" };
	struct curves *c = parse(HEAD "50\ts\tval-nll\t1\n100\ts\tval-nll\t0.5\n# new s\n"
				      "50\ts\tval-nll\t0.25\n60\ts\tval-nll\t9", /* torn */
				 &e);
	const struct series *s;

	(void)state;
	CHECK(c);
	s = curves_series(c, 1, BRANCH_STUDENT, METRIC_VAL_NLL);
	CHECK_INT(series_len(s), 1);
	curves_free(c);
	c = parse(HEAD
		  "50\tone\tval-nll\t1\n50\ttwo:baseline\tval-nll\t2\n# a comment\r\n# clear\n",
		  &e);
	CHECK(c && c->n_runs == 2 && !curves_run_named(c, "one"));
	curves_free(c);
}

static void
bad_lines_are_refused_with_their_place(void **state)
{
	static const struct {
		const char *text, *error;
	} bad[] = {
		{ "", "line 1: the file ends" },
		{ "# retort-metrics 2\n", "line 1: no metrics file of version 1" },
		{ "# retort-metrics 1\nstep\trun\n", "line 2: invalid columns" },
		{ HEAD "50\ts\tval-nll\n", "line 3: fewer than 4 fields" },
		{ HEAD "50\ts\tval-nll\t1\t2\n", "line 3: more than 4 fields" },
		{ HEAD "-1\ts\tval-nll\t1\n", "line 3: invalid step '-1'" },
		{ HEAD "4294967296\ts\tval-nll\t1\n", "line 3: invalid step '4294967296'" },
		{ HEAD "1\ts\tval-nil\t1\n",
		  "line 3: unknown metric 'val-nil' (did you mean val-nll?)" },
		{ HEAD "1\ts\tval-nll\t0x1\n", "line 3: invalid value '0x1'" },
		{ HEAD "1\ts\tval-nll\t1e999\n", "line 3: invalid value '1e999'" },
		{ HEAD "1\ts s\tval-nll\t1\n", "line 3: invalid name 's s'" },
		{ HEAD "1\t\tval-nll\t1\n", "line 3: invalid name ''" },
		{ HEAD "1\ts:other\tval-nll\t1\n", "line 3: invalid run 's:other'" },
		{ HEAD "1\tabcdefghijklmnopqrstuvwxyz\tval-nll\t1\n",
		  "line 3: invalid run 'abcdef" },
		{ HEAD "9\ts\tval-nll\t1\n8\ts\tval-nll\t1\n",
		  "line 4: step 8 of s val-nll comes after step 9" },
		{ HEAD "# run 2 wide from 3 at 4\n", "line 3: invalid parent '3' of run 2" },
		{ HEAD "# run 0 wide\n", "line 3: invalid number of a run '0'" },
		{ HEAD "# run 2 wide from 1\n", "line 3: invalid line of a run" },
		{ HEAD "# mark 5\n", "line 3: invalid line of a marker" },
		{ HEAD "# mark x s note - 0 0 - t\n", "line 3: invalid step 'x'" },
		{ HEAD "# mark 5 s nota - 0 0 - t\n", "line 3: invalid kind of a marker 'nota'" },
		{ HEAD "# mark 5 s tweak heat 0 0 - t\n", "line 3: " },
		{ HEAD "# mark 5 s tweak lr 0 x - t\n", "line 3: invalid values '0' and 'x'" },
		{ HEAD "# mark 5 s tweak lr 0 1 1 t\n", "line 3: invalid ramp '1'" },
		{ HEAD "# mark 5 s tweak lr 0 1 1:2/0/0/0 t\n", "line 3: invalid leg of a ramp" },
		{ HEAD "# mark 5 s tweak lr 0 1 1:2/9/9/0 t\n", "line 3: invalid leg of a ramp" },
		{ HEAD "# mark 5 s tweak lr 0 1 1:2/9/3/0 t\n", "line 3: invalid leg of a ramp" },
		{ HEAD "# mark 5 s note - 0 1 1:2/9/0/0 t\n", "line 3: a ramp without a knob" },
		{ HEAD "# teacher 9 big\n", "line 3: invalid number of a teacher '9'" },
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(!parse(bad[i].text, &e));
		if (strncmp(e.msg, bad[i].error, strlen(bad[i].error)) != 0)
			CHECK_STR(e.msg, bad[i].error);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(samples_are_read_back_to_the_same_bits),
		TEST(markers_are_read_back),
		TEST(a_new_network_ends_the_curve_of_the_old_one),
		TEST(bad_lines_are_refused_with_their_place),
	};

	return cmocka_run_group_tests(tests, tmpfolder_setup, tmpfolder_teardown);
}
