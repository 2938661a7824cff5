/* test_series.c: a fold of any range equals a loop over its samples. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/curve/series.h"

#define SAMPLES 3000

/* Reference: a loop over the samples. */
static struct series_bucket
fold_slowly(const uint32_t *step, const double *value, uint32_t from, uint32_t to)
{
	struct series_bucket b = { 0 };

	for (int i = 0; i < SAMPLES; i++) {
		float y = (float)value[i];

		if (step[i] < from || step[i] >= to)
			continue;
		if (!isfinite(value[i])) {
			b.broken++;
			continue;
		}
		if (!b.count++) {
			b.first = b.min = b.max = y;
			b.first_step = step[i];
		}
		b.last = y;
		b.last_step = step[i];
		b.min = y < b.min ? y : b.min;
		b.max = y > b.max ? y : b.max;
	}
	return b;
}

static void
a_fold_equals_a_loop_over_the_samples(void **state)
{
	static uint32_t step[SAMPLES];
	static double value[SAMPLES];
	struct rng r = rng_stream(1, "series", 0, 0);
	struct series *s = series_new();
	double average = 0;

	(void)state;
	for (int i = 0; i < SAMPLES; i++) {
		step[i] = (i ? step[i - 1] : 0) +
			  rng_below(r, (uint64_t)i, 4); /* some steps repeat, some are missing */
		value[i] = i % 97 == 5 ? NAN : rng_normal(r, (uint64_t)i + SAMPLES);
		series_push(s, step[i], value[i]);
	}
	for (uint64_t k = 0; k < 3000; k++) {
		uint32_t a = rng_below(r, k + 10000, step[SAMPLES - 1] + 9),
			 n = rng_below(r, k + 20000, 600);
		struct series_bucket got = series_fold(s, a, a + n),
				     want = fold_slowly(step, value, a, a + n);

		CHECK_INT(got.count, want.count);
		CHECK_INT(got.broken, want.broken);
		if (want.count)
			CHECK_INT(memcmp(&got, &want, sizeof got), 0);
	}
	/* smoothing covers finite samples only and is debiased in closed form */
	series_smooth(s, 0.9);
	for (int i = 0, n = 0; i < SAMPLES; i++) {
		struct series_bucket b = series_fold(s, step[i], step[i] + 1);

		if (!isfinite(value[i]))
			continue;
		average = 0.9 * average + 0.1 * value[i];
		n++;
		if (b.count == 1)
			CHECK_NEAR(b.first, average / (1 - pow(0.9, n)), 1e-6);
	}
	series_smooth(s, 0);
	CHECK_INT(series_fold(s, 0, UINT32_MAX).count,
		  fold_slowly(step, value, 0, UINT32_MAX).count);
	series_free(s);
}

static void
samples_are_returned_as_appended(void **state)
{
	struct series *s = series_new();
	uint32_t step;
	double value;

	(void)state;
	CHECK(!series_last(s, &step, &value));
	for (uint32_t i = 0; i < 100; i++)
		series_push(s, 10 * i, 0.1 * i);
	CHECK_INT(series_len(s), 100);
	CHECK(series_at(s, 55, &step, &value));
	CHECK_INT(step, 50);
	CHECK(value == 0.1 * 5);
	CHECK(series_at(s, UINT32_MAX, &step, &value) && step == 990);
	series_free(s);
}

/* A bounded series has the extremes of all samples, its last one, and few of the others. */
static void
a_bounded_series_keeps_extremes_and_the_last_sample(void **state)
{
	struct series *s = series_new();
	struct series_bucket b;
	uint32_t step, before = 0;
	double value;

	(void)state;
	series_limit(s, 64);
	for (uint32_t i = 0; i < 10000; i++) {
		series_push(s, i, i == 4321 ? -7 : i == 17 ? 9 : i == 55 ? NAN : 1 + i * 1e-4);
		CHECK(series_len(s) <= 64);
		CHECK(series_last(s, &step, &value) && step == i);
	}
	b = series_fold(s, 0, UINT32_MAX);
	CHECK_INT(b.count, 9999);
	CHECK_INT(b.broken, 1);
	CHECK_NEAR(b.min, -7, 0);
	CHECK_NEAR(b.max, 9, 0);
	CHECK_INT(b.first_step, 0);
	CHECK_INT(b.last_step, 9999);
	CHECK(series_at(s, 5000, &step, &value) && step <= 5000 && step > 4700);
	CHECK(series_at(s, UINT32_MAX, &step, &value) && step == 9999);
	b = series_fold(s, 4200, 4700);
	CHECK_NEAR(b.min, -7, 0);
	for (size_t i = 0; i < series_len(s); i++) {
		series_get(s, i, &step, &value);
		CHECK(i == 0 || step > before);
		before = step;
	}
	series_smooth(s, 0.9);
	CHECK(series_fold(s, 9000, UINT32_MAX).last > 1);
	series_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_fold_equals_a_loop_over_the_samples),
		TEST(samples_are_returned_as_appended),
		TEST(a_bounded_series_keeps_extremes_and_the_last_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
