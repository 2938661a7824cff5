/* Included by every unit test: cmocka and checks with values in the message. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_CHECK_H
#define RETORT_TESTS_CHECK_H

#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CHECK(condition) assert_true(condition)
#define CHECK_STR(got, want) assert_string_equal(got, want)
#define CHECK_INT(got, want) assert_int_equal((long long)(got), (long long)(want))

/* |got - want| <= tolerance, with both values in the message. */
#define CHECK_NEAR(got, want, tolerance)                                                   \
	do {                                                                               \
		double got_ = (got), want_ = (want);                                       \
		if (!(fabs(got_ - want_) <= (tolerance)))                                  \
			fail_msg("%s: %.17g, expected %.17g within %g", #got, got_, want_, \
				 (double)(tolerance));                                     \
	} while (0)

/* Compare two arrays of n token ids. */
static inline void
check_ids(const int32_t *got, const int32_t *want, size_t n)
{
	for (size_t i = 0; i < n; i++)
		CHECK_INT(got[i], want[i]);
}

#define TEST(name) cmocka_unit_test(name)

#endif
