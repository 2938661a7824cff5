/* test_ramp.c: values of ramps against closed forms, at their ends, in several legs, and for
 * extremes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/base/text.h"
#include "retort/conf/ramp.h"

/* Parse "temperature 8 1 over 2000 cosine" into *r; returns the status of ramp_parse. */
static int
parse(struct ramp *r, const char *line, struct err *e)
{
	char text[512], *word[64], *more;
	const struct knob *d;
	int n = 0;

	snprintf(text, sizeof text, "%s", line);
	for (char *w = strtok_r(text, " ", &more); w; w = strtok_r(NULL, " ", &more))
		word[n++] = w;
	d = knob_find(word[0], e);
	CHECK(d != NULL);
	return ramp_parse(r, d, n - 1, word + 1, e);
}

static struct ramp
made(const char *line)
{
	struct ramp r;
	struct err e = { .msg = "" };

	if (parse(&r, line, &e) < 0)
		fail_msg("%s: %s", line, e.msg);
	return r;
}

static void
values_are_those_of_the_closed_forms(void **state)
{
	struct ramp r = made("temperature 8 1 over 2000");

	(void)state;
	r.start = 100;
	CHECK_NEAR(ramp_value(&r, 600), 8 - 7 * 0.25, 1e-12);
	CHECK_NEAR(ramp_value(&r, 1733), 8 - 7 * 1633.0 / 2000, 1e-12);
	r.leg[0].shape = RAMP_COSINE;
	CHECK_NEAR(ramp_value(&r, 600), 1 + 7 * 0.5 * (1 + sqrt(0.5)), 1e-12);
	CHECK_NEAR(ramp_value(&r, 1100), 4.5, 1e-12);
	CHECK_NEAR(ramp_value(&r, 100 + 2000 / 5), 1 + 7 * 0.5 * (1 + (1 + sqrt(5)) / 4),
		   1e-12); /* cos 36 degrees */
	r.leg[0].shape = RAMP_EXPONENTIAL;
	CHECK_NEAR(ramp_value(&r, 1100), sqrt(8), 1e-12);
	CHECK_NEAR(ramp_value(&r, 1600), 8 / pow(8, 0.75), 1e-12);
}

static void
jumps_are_equal_and_at_their_steps(void **state)
{
	struct ramp r = made("lr 1 0 over 30 steps 3");

	(void)state;
	CHECK(ramp_value(&r, 0) == 1 && ramp_value(&r, 9) == 1);
	CHECK_NEAR(ramp_value(&r, 10), 2.0 / 3, 1e-15);
	CHECK(ramp_value(&r, 19) == ramp_value(&r, 10));
	CHECK_NEAR(ramp_value(&r, 20), 1.0 / 3, 1e-15);
	CHECK(ramp_value(&r, 29) == ramp_value(&r, 20));
	CHECK(ramp_value(&r, 30) == 0);
	r = made("lr 1 0 over 10 steps 1");
	CHECK(ramp_value(&r, 9) == 1 && ramp_value(&r, 10) == 0);
}

static void
ends_are_exact_whatever_the_shape(void **state)
{
	static const char *const lines[] = { "lr 0.1 0.3 over 3", "lr 0.1 0.3 over 3 cosine",
					     "lr 0.1 0.3 over 3 exponential",
					     "lr 0.1 0.3 over 3 steps 2",
					     "lr 0.3 0.3 over 1 exponential" };

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct ramp r = made(lines[i]);

		r.start = 7;
		CHECK(ramp_value(&r, 0) == r.from && ramp_value(&r, 7) == r.from);
		CHECK_INT(ramp_end(&r), 7 + r.leg[0].over);
		CHECK(ramp_value(&r, ramp_end(&r)) == 0.3);
		CHECK(ramp_value(&r, UINT64_MAX) == 0.3 && ramp_last(&r) == 0.3);
	}
}

static void
legs_start_at_the_end_of_the_previous_leg(void **state)
{
	struct ramp r = made("kd-weight 0 1 over 100 then 1 over 50 then 0.25 over 10 exponential "
			     "then 0 over 4 steps 4");

	(void)state;
	r.start = 1000;
	CHECK_INT(r.n, 4);
	CHECK_NEAR(ramp_value(&r, 1050), 0.5, 1e-15);
	CHECK(ramp_value(&r, 1100) == 1 && ramp_value(&r, 1149) == 1 && ramp_value(&r, 1150) == 1);
	CHECK_NEAR(ramp_value(&r, 1155), 0.5, 1e-15);
	CHECK(ramp_value(&r, 1160) == 0.25);
	CHECK_NEAR(ramp_value(&r, 1162), 0.125, 1e-15);
	CHECK(ramp_value(&r, 1164) == 0);
	CHECK_INT(ramp_end(&r), 1164);
}

/* All shapes, for a wide range of values: within the ends and monotone. */
static void
ramps_are_monotone_within_their_ends(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 2000; i++) {
		struct rng key = rng_stream(1, "ramp", i, 0);
		double from = exp(40 * (rng_unit(key, 0) - 0.5)),
		       to = exp(40 * (rng_unit(key, 1) - 0.5)), was = from;
		uint32_t over = 1 + (uint32_t)(rng_unit(key, 2) * 300);
		struct ramp r = { .n = 1, .from = from, .start = i };

		r.leg[0] = (struct ramp_leg){ to, over, 1 + over / 3,
					      (enum ramp_shape)(i % RAMP_SHAPES) };
		for (uint64_t k = 0; k <= over + 2; k++) {
			double x = ramp_value(&r, i + k);

			CHECK(x >= (from < to ? from : to) && x <= (from < to ? to : from));
			if ((from < to ? was - x : x - was) > 1e-15 * fabs(x))
				fail_msg("%s from %g to %g over %u turns back at %llu",
					 ramp_shape_name[r.leg[0].shape], from, to, over,
					 (unsigned long long)k);
			was = x;
		}
		CHECK(was == to);
	}
}

static void
the_longest_and_steepest_ramps_work(void **state)
{
	struct ramp r = made("lr 1e-300 1e9 over 1000000000 exponential then 0 over 1000000000 "
			     "steps 1000000000 then 1e9 over 1");

	(void)state;
	CHECK_NEAR(log(ramp_value(&r, 500000000)) / log(10), (9 - 300) / 2.0, 1e-9);
	CHECK(ramp_value(&r, 1000000000) == 1e9);
	CHECK_NEAR(ramp_value(&r, 1500000000), 5e8, 1e-3);
	CHECK(ramp_value(&r, 1999999999) > 0);
	CHECK(ramp_value(&r, 2000000000) == 0);
	CHECK(ramp_value(&r, 2000000001) == 1e9);
	CHECK_INT(ramp_end(&r), 2000000001);
}

static void
knobs_get_the_values_of_a_step(void **state)
{
	struct ramp r[2] = { made("temperature 8 1 over 7"), made("warmup 10 20 over 4") };
	struct knobs k;
	int n = 2;

	(void)state;
	knob_defaults(&k);
	ramp_apply(r, n, 2, &k);
	CHECK(k.temperature == ramp_value(&r[0], 2)); /* not rounded */
	CHECK_INT(k.warmup, 15);
	ramp_apply(r, n, 1, &k);
	CHECK_INT(k.warmup, 13); /* 12.5 */
	CHECK(ramp_find(r, n, r[1].knob) == &r[1] && !ramp_find(r, n, r[1].knob + 1));
	ramp_remove(r, &n, r[0].knob);
	CHECK_INT(n, 1);
	CHECK_STR(knob_table[r[0].knob].name, "warmup");
	ramp_remove(r, &n, 0);
	CHECK_INT(n, 1);
}

static void
words_are_read_back_as_they_are_printed(void **state)
{
	const char *words = "8 1 over 2000 cosine then 4 over 100 then 0.1 over 7 exponential then "
			    "1 over 9 steps 3";
	char line[256], buf[256];
	struct ramp r, again;

	(void)state;
	snprintf(line, sizeof line, "temperature %s", words);
	r = made(line);
	CHECK_STR(ramp_print(&r, buf, sizeof buf), words);
	again = made(line);
	CHECK(ramp_is_same(&r, &again));
	again.leg[3].jumps = 4;
	CHECK(!ramp_is_same(&r, &again));
}

static const struct {
	const char *line, *error;
} wrong_words[] = {
	{ "schedule 1 2 over 5", "ramp schedule: only numbers" },
	{ "batch 1 2 over 5", "ramp batch: fixed during training" },
	{ "fps 1 2 over 5", "ramp fps: display settings" },
	{ "temperature", "ramp temperature: incomplete; `ramp KNOB FROM TO over N" },
	{ "temperature 8 1", "ramp temperature: incomplete; `ramp KNOB FROM TO over N" },
	{ "temperature 8 1 in 5",
	  "ramp temperature: invalid word 'in' (expected over); `ramp KNOB" },
	{ "temperature 0 1 over 5", "ramp: invalid temperature '0' (expected 0.05 to 1000)" },
	{ "temperature 8 1001 over 5", "ramp: invalid temperature '1001' (expected 0.05 to 1000)" },
	{ "temperature x 1 over 5", "ramp: invalid temperature 'x' (expected 0.05 to 1000)" },
	{ "warmup 0 2.5 over 5",
	  "ramp: invalid warmup '2.5' (expected an integer from 0 to 1000000000)" },
	{ "temperature 8 1 over 0",
	  "ramp temperature: invalid over '0' (expected an integer from 1 to 1000000000)" },
	{ "temperature 8 1 over 2.5", "ramp temperature: invalid over '2.5'" },
	{ "temperature 8 1 over 5 sine",
	  "ramp temperature: invalid shape 'sine' (expected one of linear, cosine, "
	  "exponential, steps, then)" },
	{ "temperature 8 1 over 5 steps", "ramp temperature: steps needs a number" },
	{ "temperature 8 1 over 5 steps 6",
	  "ramp temperature: invalid steps '6' (expected an integer from 1 to 5)" },
	{ "temperature 8 1 over 5 linear 6", "ramp temperature: invalid word '6' (expected then)" },
	{ "temperature 8 1 over 5 then", "ramp temperature: incomplete" },
	{ "lr 1 0 over 5 exponential", "ramp lr: invalid exponential from 1 to 0 (expected "
				       "both above 0, or both below)" },
	{ "lr 0.5 1 over 5 then 0 over 5 then 1 over 5 exponential",
	  "ramp lr: invalid exponential from 0 to 1" },
	{ "lr 0 1 over 1 then 1 over 1 then 1 over 1 then 1 over 1 then 1 over 1 then 1 "
	  "over 1 then 1 over 1 then 1 over 1 then 1 over 1",
	  "ramp lr: too many legs (expected at most 8)" },
};

static void
wrong_words_are_named(void **state)
{
	struct ramp r;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof wrong_words / sizeof *wrong_words; i++) {
		CHECK_INT(parse(&r, wrong_words[i].line, &e), -1);
		if (strncmp(e.msg, wrong_words[i].error, strlen(wrong_words[i].error)) != 0)
			fail_msg("%s: %s, expected %s", wrong_words[i].line, e.msg,
				 wrong_words[i].error);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_are_those_of_the_closed_forms),
		TEST(jumps_are_equal_and_at_their_steps),
		TEST(ends_are_exact_whatever_the_shape),
		TEST(legs_start_at_the_end_of_the_previous_leg),
		TEST(ramps_are_monotone_within_their_ends),
		TEST(the_longest_and_steepest_ramps_work),
		TEST(knobs_get_the_values_of_a_step),
		TEST(words_are_read_back_as_they_are_printed),
		TEST(wrong_words_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
