/* Points of a sweep; intervals and tests of differences against independent values. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/base/text.h"
#include "retort/lab/sweep_compare.h"
#include "retort/lab/sweep_plan.h"
#include "retort/lab/sweep_suggest.h"
#include "retort/lab/verdict.h"

/* ---- plan ---- */

static int
parse(struct sweep_plan *p, const char *line, struct err *e)
{
	static char copy[400];
	static char *word[64];
	int n = 0;

	snprintf(copy, sizeof copy, "%s", line);
	for (char *at = copy, *bar; at; at = bar) {
		bar = strchr(at, '|');
		if (bar)
			*bar++ = '\0';
		word[n++] = at;
	}
	return sweep_plan_parse(p, n, word, 7, e);
}

static void
refuses(const char *line, const char *part)
{
	struct sweep_plan p;
	struct err e;

	if (parse(&p, line, &e) == 0)
		fail_msg("%s: not refused", line);
	if (!strstr(e.msg, part))
		fail_msg("%s: '%s' does not say '%s'", line, e.msg, part);
}

static void
test_lists_and_ranges(void **state)
{
	static const char *const lr[] = { "0.0001", "0.001", "0.01" };
	struct sweep_plan p;
	char text[80];
	struct err e;

	(void)state;
	CHECK_INT(parse(&p, "temperature|1,2,4,8,16", &e), 0);
	CHECK_INT(p.n_points, 5);
	CHECK(!p.fresh);
	CHECK_STR(sweep_plan_text(&p, 4, text, sizeof text), "temperature 16");
	sweep_plan_release(&p);
	CHECK_INT(parse(&p, "lr|log|1e-4..1e-2|x|3,|kd-weight|0..1|x2", &e), 0);
	CHECK_INT(p.n_points, 6);
	for (int i = 0; i < 6; i++) {
		CHECK_STR(sweep_plan_value(&p, i, 0), lr[i / 2]);
		CHECK_STR(sweep_plan_value(&p, i, 1), i % 2 ? "1" : "0");
	}
	sweep_plan_release(&p);
	CHECK_INT(parse(&p, "student|mlp 16|mlp 32", &e), 0);
	CHECK_INT(p.n_points, 2);
	CHECK(p.fresh);
	CHECK_STR(sweep_plan_text(&p, 1, text, sizeof text), "student mlp 32");
	sweep_plan_release(&p);
	CHECK_INT(parse(&p, "labels|log|50..400|x|4,|lr|0.1,0.2", &e), 0);
	CHECK_INT(p.n_points, 8);
	CHECK(p.fresh);
	CHECK_STR(sweep_plan_text(&p, 3, text, sizeof text), "labels 100, lr 0.2");
	sweep_plan_release(&p);
	CHECK_INT(parse(&p, "schedule|linear,cosine", &e), 0);
	CHECK_STR(sweep_plan_value(&p, 1, 0), "cosine");
	sweep_plan_release(&p);
	CHECK_INT(parse(&p, "warmup|0..4|x|9", &e), 0); /* whole numbers, each once */
	CHECK_INT(p.n_points, 5);
	sweep_plan_release(&p);
}

static void
test_random(void **state)
{
	struct sweep_plan p, q;
	struct err e;
	double sum = 0;

	(void)state;
	CHECK_INT(parse(&p, "lr|log|1e-4..1e-2,|kd-weight|0..1|random|400", &e), 0);
	CHECK_INT(parse(&q, "lr|log|1e-4..1e-2,|kd-weight|0..1|random|3", &e), 0);
	CHECK_INT(p.n_points, 400);
	for (int i = 0; i < 400; i++) {
		double x, y;

		CHECK_INT(text_to_double(sweep_plan_value(&p, i, 0), &x), 0);
		CHECK_INT(text_to_double(sweep_plan_value(&p, i, 1), &y), 0);
		CHECK(x >= 1e-4 && x <= 1e-2 && y >= 0 && y <= 1);
		sum += log10(x) / 400;
	}
	CHECK_NEAR(sum, -3, 0.1);   /* mean of a uniform logarithm, standard error 0.029 */
	for (int i = 0; i < 6; i++) /* a point is a function of its index */
		CHECK_STR(p.value[i], q.value[i]);
	sweep_plan_release(&p);
	sweep_plan_release(&q);
}

static void
test_refused(void **state)
{
	(void)state;
	refuses("optimizer|sgd,adamw", "fixed");
	refuses("theme|dark", "unknown");
	refuses("speed|1,2", "display");
	refuses("eval-every|1,2", "does not change what is trained");
	refuses("temperature|0,2", "expected 0.05 to 1000");
	refuses("temperature|1..2000|x|3", "expected 0.05 to 1000");
	refuses("temperature|2..1|x|3", "lower end first");
	refuses("kd-weight|log|0..1|x|3", "above 0");
	refuses("temperature|1..2", "missing number of values");
	refuses("temperature|1..2|x|1", "expected 2 to 1000");
	refuses("temperature|1..2|x", "expected 2 to 1000");
	refuses("temperature|1,2,1", "twice");
	refuses("temperature", "missing values");
	refuses("temperature|1,,2", "invalid temperature ''");
	refuses("temperature|1,2|lr|1,2", "comma");
	refuses("temperature|1,2,|temperature|3,4", "twice");
	refuses("temperature|1..2|x|1000,|lr|0..1|x|1000", "1000000 points");
	refuses("temperature|1,2|random|5", "has a list");
	refuses("temperature|1..2|random|0", "expected 1 to 1000");
	refuses("temperature|1..2|random|5|x", "unexpected word 'x'");
	refuses("student", "missing students");
	refuses("labels|0,10", "invalid labels '0' (expected 1 or more)");
	refuses("labels|ten", "invalid labels 'ten'");
	refuses("labels|10,10", "value 10 of labels is there twice");
	refuses("labels|10,|labels|20", "labels is there twice");
	refuses("data|digits,iris", "other held-out rows");
	refuses("seed|1,2", "`seeds 5`");
	refuses("random|5", "missing knob");
	refuses("schedule|0..1|x|2", "invalid");
	refuses("temperature|nan..2|x|2", "expected A..B");
}

static void
suggests(const char *knob, const char *value, const char *want)
{
	const struct knob *k = knob_find(knob, NULL);
	struct knobs now;
	char text[160], line[200];
	struct sweep_plan p;
	struct err e;

	knob_defaults(&now);
	CHECK_INT(knob_set(&now, k, value, NULL), 0);
	CHECK_STR(sweep_suggest_values(k, &now, text, sizeof text), want);
	snprintf(line, sizeof line, "%s|%s", knob, text);
	CHECK_INT(parse(&p, line, &e), 0);
	sweep_plan_release(&p);
}

static void
test_suggested(void **state)
{
	(void)state;
	suggests("temperature", "4", "1,2,4,8,16");
	suggests("temperature", "0.1", "0.05,0.1,0.2,0.4");
	suggests("kd-weight", "0.9", "0.7,0.8,0.9,1,1.1");
	suggests("kd-weight", "0.1", "0,0.1,0.2,0.3");
	suggests("lr", "0.003", "0.00075,0.0015,0.003,0.006,0.012");
	suggests("clip", "0", "0,0.001,0.01,0.1,1");
	suggests("batch", "64", "16,32,64,128,256");
	suggests("schedule", "cosine", "constant,linear,cosine");
}

static void
test_suggested_steps(void **state)
{
	(void)state;
	CHECK_INT(sweep_suggest_steps(0, 0, 0), 500);       /* never trained */
	CHECK_INT(sweep_suggest_steps(0, 1700, 2000), 300); /* in training: what is left */
	CHECK_INT(sweep_suggest_steps(0, 100, 2000), 500);
	CHECK_INT(sweep_suggest_steps(0, 1990, 2000), 100);
	CHECK_INT(sweep_suggest_steps(1800, 2000, 2000), 200); /* ended: the last run */
	CHECK_INT(sweep_suggest_steps(0, 2000, 2000), 500);
}

/* ---- verdicts ---- */

/* Two-sided tail of Student's t by Simpson's rule over its density. */
static double
tail(double t, double df)
{
	double c = exp(lgamma((df + 1) / 2) - lgamma(df / 2)) / sqrt(df * 3.14159265358979323846);
	double h = t / 20000, sum = 0;

	for (int i = 0; i <= 20000; i++) {
		double x = h * i, f = c * pow(1 + x * x / df, -(df + 1) / 2);

		sum += f * (i == 0 || i == 20000 ? 1 : i % 2 ? 4 : 2);
	}
	return 1 - 2 * sum * h / 3;
}

static void
test_student(void **state)
{
	static const double df[] = { 1, 2, 3.5, 4, 9, 30 }, t[] = { 0.1, 1, 2.5, 6 };

	(void)state;
	for (size_t i = 0; i < sizeof df / sizeof *df; i++)
		for (size_t k = 0; k < sizeof t / sizeof *t; k++)
			CHECK_NEAR(verdict_t_p(t[k], df[i]), tail(t[k], df[i]), 1e-10);
	/* the usual tables */
	CHECK_NEAR(verdict_t_quantile(0.05, 1), 12.7062047362, 1e-8);
	CHECK_NEAR(verdict_t_quantile(0.05, 4), 2.7764451052, 1e-8);
	CHECK_NEAR(verdict_t_quantile(0.05, 9), 2.2621571628, 1e-8);
	CHECK_NEAR(verdict_t_quantile(0.01, 30), 2.7499956536, 1e-8);
}

static void
test_seeds(void **state)
{
	static const double d[] = { 1, 2, 3, 4, 5 }, same[] = { 2, 2 };
	struct verdict v = verdict_t(d, 5);

	(void)state;
	CHECK_NEAR(v.difference, 3, 1e-15); /* s = sqrt(2.5), error sqrt(0.5), t = 3 / error */
	CHECK_NEAR(v.low, 3 - 2.7764451052 * sqrt(0.5), 1e-9);
	CHECK_NEAR(v.high, 3 + 2.7764451052 * sqrt(0.5), 1e-9);
	CHECK_NEAR(v.p, tail(3 / sqrt(0.5), 4), 1e-10);
	CHECK(verdict_t(d, 1).p == 1);
	CHECK(isinf(verdict_t(d, 1).high));
	CHECK(verdict_t(same, 2).p == 0);
}

/* Of weights 1 the ratio is a mean; of others its error is that of a linear part in each row. */
static void
test_ratio(void **state)
{
	static const double d[] = { 1, 2, 3, 4, 5 }, one[] = { 1, 1, 1, 1, 1 }, none[5] = { 0 };
	static const double count[] = { 2, 0, 1, 1, 4 }; /* 15 / 8: parts 1 - 2 * 15 / 8 ... */
	struct verdict v = verdict_ratio(d, one, 5), mean = verdict_t(d, 5);
	double square = 0, half;

	(void)state;
	CHECK_NEAR(v.difference, 3, 1e-15);
	CHECK_NEAR(v.low, mean.low, 1e-12);
	CHECK_NEAR(v.p, mean.p, 1e-12);
	v = verdict_ratio(d, count, 5);
	for (int i = 0; i < 5; i++)
		square += pow((d[i] - 1.875 * count[i]) * 5 / 8, 2);
	half = 2.7764451052 * sqrt(square / 4 / 5);
	CHECK_NEAR(v.difference, 1.875, 1e-15);
	CHECK_NEAR(v.high - v.low, 2 * half, 1e-8);
	v = verdict_ratio(d, none, 5);
	CHECK(isnan(v.difference) && isnan(v.low) && v.p == 1);
}

/* The 27 resamples of three rows, each as likely: mean -1 to 3 with known shares. */
static void
test_bootstrap_exact(void **state)
{
	static const double d[] = { -1, 0, 3 };
	struct verdict v;
	int below = 0;

	(void)state;
	for (int k = 0; k < 27; k++)
		below += d[k % 3] + d[k / 3 % 3] + d[k / 9] <= 0;
	verdict_bootstrap(d, NULL, 1, 3, 5, 200000, &v);
	CHECK_NEAR(v.difference, 2.0 / 3, 1e-15);
	CHECK_NEAR(v.p, 2.0 * below / 27, 0.01);
	CHECK_NEAR(v.low, -1, 1e-15); /* 1 of 27 resamples, more than 2.5 % */
	CHECK_NEAR(v.high, 3, 1e-15);
}

/* Of many rows the interval is that of the normal distribution. */
static void
test_bootstrap_normal(void **state)
{
	enum { N = 400 };
	double d[2 * N], mean = 0, square = 0, half;
	struct verdict v[2], again[2];

	(void)state;
	for (int i = 0; i < N; i++) {
		d[i] = 0.3 + rng_normal(rng_stream(3, "test", 0, 0), (uint64_t)i);
		d[N + i] = -d[i];
		mean += d[i] / N;
	}
	for (int i = 0; i < N; i++)
		square += (d[i] - mean) * (d[i] - mean);
	half = 1.959964 * sqrt(square) / N;
	verdict_bootstrap(d, NULL, 2, N, 1, 8000, v);
	CHECK_NEAR(v[0].difference, mean, 1e-12);
	CHECK_NEAR(v[0].low, mean - half, 0.05 * half);
	CHECK_NEAR(v[0].high, mean + half, 0.05 * half);
	CHECK_NEAR(v[1].low, -v[0].high, 1e-12); /* on the same draws */
	CHECK(v[0].p < 0.001);
	CHECK_INT(verdict_word(v[0].difference, v[0].p, -1), VERDICT_WORSE);
	CHECK_INT(verdict_word(v[1].difference, v[1].p, -1), VERDICT_BETTER);
	CHECK_INT(verdict_word(v[1].difference, v[1].p, 1), VERDICT_WORSE);
	verdict_bootstrap(d, NULL, 2, N, 1, 8000, again);
	CHECK(memcmp(v, again, sizeof v) == 0);
}

/* One row of 363 that is right in one network only is no difference; 14 rows of 14 are one. */
static void
test_one_row(void **state)
{
	double d[363] = { 0 }, weight[363];
	struct verdict v;

	(void)state;
	d[17] = 1;
	verdict_bootstrap(d, NULL, 1, 363, 1, VERDICT_RESAMPLES, &v);
	CHECK_INT(verdict_word(v.difference, v.p, 1), VERDICT_INCONCLUSIVE);
	CHECK_NEAR(v.p, 2 * exp(-1), 0.06); /* a resample misses it with probability 1 / e */
	for (int i = 0; i < 14; i++)
		d[20 * i] = 1;
	verdict_bootstrap(d, NULL, 1, 363, 1, VERDICT_RESAMPLES, &v);
	CHECK_INT(verdict_word(v.difference, v.p, 1), VERDICT_BETTER);
	for (int i = 0; i < 363; i++)
		weight[i] = 2; /* tokens of a row */
	verdict_bootstrap(d, weight, 1, 363, 1, VERDICT_RESAMPLES, &v);
	CHECK_NEAR(v.difference, 15.0 / 726, 1e-15);
}

static void
test_holm(void **state)
{
	double p[] = { 0.01, 0.04, 0.03, 0.005 }, one[] = { 0.7, 0.9 };

	(void)state;
	verdict_holm(p, 4); /* by hand: 4 * 0.005, 3 * 0.01, 2 * 0.03, then no less */
	CHECK_NEAR(p[0], 0.03, 1e-15);
	CHECK_NEAR(p[1], 0.06, 1e-15);
	CHECK_NEAR(p[2], 0.06, 1e-15);
	CHECK_NEAR(p[3], 0.02, 1e-15);
	verdict_holm(one, 2);
	CHECK(one[0] == 1 && one[1] == 1);
}

/* ---- which test ---- */

/* A sweep that has ended, of so many points and ranking rows, with figures drawn at random. */
static struct sweep *
ended_sweep(int points, size_t rows)
{
	struct sweep *s = sweep_new();
	char line[40];

	snprintf(line, sizeof line, "temperature|1..9|x|%d", points);
	CHECK_INT(parse(&s->plan, line, NULL), 0);
	s->metric = METRIC_VAL_KL;
	s->steps = s->compared = 10;
	s->n_rank = rows;
	s->n_confirm = 20;
	s->n_rows = rows + 20;
	s->done = points;
	s->n_seeds = 1;
	s->n_units = (size_t)points + 1;
	s->unit = mem_array(s->n_units, sizeof *s->unit);
	s->count = mem_array(s->n_rows, sizeof *s->count);
	for (size_t i = 0; i < s->n_rows; i++)
		s->count[i] = 1;
	for (size_t k = 0; k < s->n_units; k++) {
		s->unit[k].state = SWEEP_DONE;
		s->unit[k].steps = 10;
		s->unit[k].row = mem_array(s->n_rows, sizeof *s->unit[k].row);
		for (size_t i = 0; i < s->n_rows; i++) /* later points are worse */
			s->unit[k].row[i].kl =
				(float)(rng_unit(rng_stream(k, "test", 0, 0), i) + (double)k);
	}
	return s;
}

/* The verdict on point 1 against the settings in force, by one test and the other. */
static void
compare_first(int points, size_t rows, enum sweep_compare_test want)
{
	struct sweep *s = ended_sweep(points, rows);
	double *d = mem_array(rows, sizeof *d);
	struct sweep_compare c;
	struct verdict v;

	for (size_t i = 0; i < rows; i++)
		d[i] = (double)s->unit[1].row[i].kl - (double)s->unit[0].row[i].kl;
	sweep_compare_make(s, 5, &c);
	CHECK_INT(c.test, want);
	CHECK_INT(c.compared, points);
	if (want == SWEEP_COMPARE_ROWS)
		v = verdict_t(d, rows);
	else
		verdict_bootstrap(d, NULL, 1, rows, 5, VERDICT_RESAMPLES, &v);
	CHECK_NEAR(c.row[1].against.difference, v.difference, 1e-12);
	CHECK_NEAR(c.row[1].against.low, v.low, 1e-12);
	CHECK_NEAR(c.row[1].against.high, v.high, 1e-12);
	CHECK_INT(c.row[1].word, VERDICT_WORSE); /* also with Holm's correction for all points */
	CHECK_INT(c.row[points].word, VERDICT_WORSE);
	sweep_compare_release(&c);
	sweep_free(s);
	mem_free(d);
}

static void
many_points_or_rows_have_another_test(void **state)
{
	(void)state;
	compare_first(49, 100, SWEEP_COMPARE_BOOTSTRAP); /* 50 with the reference */
	compare_first(50, 100, SWEEP_COMPARE_ROWS);
	compare_first(1000, 300, SWEEP_COMPARE_ROWS);
	compare_first(2, 21845, SWEEP_COMPARE_BOOTSTRAP);
	compare_first(2, 21846, SWEEP_COMPARE_ROWS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lists_and_ranges),
		TEST(test_random),
		TEST(test_refused),
		TEST(test_suggested),
		TEST(test_suggested_steps),
		TEST(test_student),
		TEST(test_seeds),
		TEST(test_ratio),
		TEST(test_bootstrap_exact),
		TEST(test_bootstrap_normal),
		TEST(test_one_row),
		TEST(test_holm),
		TEST(many_points_or_rows_have_another_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
