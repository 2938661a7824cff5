/* Rounding to bfloat16 by arithmetic, where the library does it with bits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_ROUNDING_H
#define RETORT_TESTS_ROUNDING_H

#include <stddef.h>

/* Eight bits of mantissa, to nearest, ties to even; subnormal numbers become 0. */
double rounding_bf16(double x);

/* Numbers on either side of a tie, at the ends of the range, and what is not a number. */
struct rounding_case {
	float from, to;
};
extern const struct rounding_case rounding_cases[];
extern const size_t rounding_count;

#endif
