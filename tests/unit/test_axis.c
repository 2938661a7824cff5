/* test_axis.c: limits include the data, labels parse to their ticks, pages of steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/curve/axis.h"

static void
limits_include_the_data_and_labels_parse_to_ticks(void **state)
{
	struct rng r = rng_stream(1, "axis", 0, 0);
	struct axis a;

	(void)state;
	for (uint64_t i = 0; i < 20000; i++) {
		double scale = pow(10, 8 * rng_unit(r, 5 * i) - 5),
		       x = scale * rng_unit(r, 5 * i + 1);
		double y = x + scale * (0.001 + rng_unit(r, 5 * i + 2));
		bool log = i % 2;
		int ticks = 2 + (int)rng_below(r, 5 * i + 3, 10);

		axis_fit(&a, x, y, log, ticks);
		CHECK(a.n >= 2 && a.n <= AXIS_TICKS);
		CHECK(a.from <= x * (1 + 1e-6) + scale * 1e-6 && a.to >= y * (1 - 1e-6));
		for (int k = 0; k < a.n; k++) {
			CHECK(strtod(a.tick[k].label, NULL) == a.tick[k].value);
			CHECK(k == 0 || a.tick[k].value > a.tick[k - 1].value);
		}
		CHECK_NEAR(axis_at(&a, a.from), 0, 1e-12);
		CHECK_NEAR(axis_at(&a, a.to), 1, 1e-12);
	}
}

static void
ticks_of_known_ranges(void **state)
{
	struct axis a;

	(void)state;
	axis_fit(&a, 0.13, 1.9, false, 5);
	CHECK_STR(a.tick[0].label, "0.0");
	CHECK_STR(a.tick[1].label, "0.5");
	CHECK_STR(a.tick[a.n - 1].label, "2.0");
	axis_fit(&a, 0.13, 1.9, true, 8);
	CHECK_STR(a.tick[0].label, "0.1");
	CHECK_STR(a.tick[a.n - 1].label, "2");
	axis_fit(&a, 3, 3, false, 4); /* a single value */
	CHECK(a.from < 3 && a.to > 3);
}

static void
page_sizes_double(void **state)
{
	char buf[16];

	(void)state;
	CHECK_INT(axis_page(0), 256);
	CHECK_INT(axis_page(256), 256);
	CHECK_INT(axis_page(257), 512);
	CHECK_INT(axis_page(UINT32_MAX), 0x80000000u);
	CHECK_STR(axis_step(9999, buf, sizeof buf), "9999");
	CHECK_STR(axis_step(16384, buf, sizeof buf), "16.38k");
	CHECK_STR(axis_step(2000000, buf, sizeof buf), "2M");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(limits_include_the_data_and_labels_parse_to_ticks),
		TEST(ticks_of_known_ranges),
		TEST(page_sizes_double),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
