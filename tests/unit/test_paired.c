/* test_paired.c: the ratio of paired measurements and its interval. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "../../bench/paired.h"
#include "retort/base/rng.h"

/* Pairs whose log ratios are 1..n, times `scale`. */
static void
make_pairs(double *x, double *y, int n, double scale)
{
	for (int i = 0; i < n; i++) {
		y[i] = 100 + 7 * i;
		x[i] = y[i] * exp(scale * (1 + (i * 7) % n)); /* 7 and n have no common factor */
	}
}

/* Intervals of R's wilcox.test(1:n, conf.int = TRUE). */
static void
results_agree_with_r(void **state)
{
	static const struct {
		int n;
		double middle, low, high;
	} want[] = { { 6, 3.5, 1, 6 }, { 10, 5.5, 3, 8 }, { 20, 10.5, 7.5, 13.5 } };
	double x[PAIRED_MAX], y[PAIRED_MAX];

	(void)state;
	for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
		struct paired p;

		make_pairs(x, y, want[k].n, 0.01);
		p = paired_ratio(x, y, want[k].n);
		CHECK_NEAR(100 * log(p.ratio), want[k].middle, 1e-9);
		CHECK_NEAR(100 * log(p.low), want[k].low, 1e-9);
		CHECK_NEAR(100 * log(p.high), want[k].high, 1e-9);
	}
}

static void
few_pairs_give_their_range(void **state)
{
	double x[PAIRED_MAX], y[PAIRED_MAX];
	struct paired p;

	(void)state;
	make_pairs(x, y, 5, 0.5);
	p = paired_ratio(x, y, 5);
	CHECK_NEAR(log(p.low), 0.5, 1e-12);
	CHECK_NEAR(log(p.high), 2.5, 1e-12);
	p = paired_ratio(x, y, 1);
	CHECK_NEAR(p.low, p.high, 0);
	CHECK_NEAR(p.ratio, x[0] / y[0], 1e-12);
}

static void
one_outlier_has_little_effect(void **state)
{
	double x[PAIRED_MAX], y[PAIRED_MAX];
	struct paired p;

	(void)state;
	for (int i = 0; i < 20; i++) {
		y[i] = 10;
		x[i] = 10 * (1.05 + 0.001 * (i % 5));
	}
	x[3] = 1;
	p = paired_ratio(x, y, 20);
	CHECK(p.low > 1.05 && p.ratio > p.low && p.high > p.ratio && p.high < 1.055);
}

/* Of 2000 samples of ten pairs with ratio 1.02 and non-normal noise, the intervals of at least 95 %
 * contain the ratio; the level is exact up to one rank. */
static void
intervals_have_the_stated_coverage(void **state)
{
	int inside = 0;

	(void)state;
	for (uint64_t sample = 0; sample < 2000; sample++) {
		struct rng r = rng_stream(1, "paired", sample, 0);
		double x[10], y[10];
		struct paired p;

		for (uint64_t i = 0; i < 10; i++) {
			double u = rng_unit(r, 2 * i) - rng_unit(r, 2 * i + 1);

			y[i] = 50;
			x[i] = 50 * 1.02 * exp(0.3 * u * u * u);
		}
		p = paired_ratio(x, y, 10);
		inside += p.low <= 1.02 && p.high >= 1.02;
	}
	CHECK(inside >= 1870 && inside <= 1960);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(results_agree_with_r),
		TEST(few_pairs_give_their_range),
		TEST(one_outlier_has_little_effect),
		TEST(intervals_have_the_stated_coverage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
