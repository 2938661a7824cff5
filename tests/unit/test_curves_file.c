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
	again = curves_file_read(path, &e);
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
		TEST(a_new_network_ends_the_curve_of_the_old_one),
		TEST(bad_lines_are_refused_with_their_place),
	};

	return cmocka_run_group_tests(tests, tmpfolder_setup, tmpfolder_teardown);
}
