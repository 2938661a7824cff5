/* rounding.c: numbers rounded to bfloat16. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rounding.h"

#include <math.h>

double
rounding_bf16(double x)
{
	int exponent;
	double part;

	if (!isfinite(x) || x == 0)
		return x;
	part = frexp(x, &exponent);
	return fabs(x) < 0x1p-126 ? 0 : ldexp(nearbyint(part * 256) / 256, exponent);
}

const struct rounding_case rounding_cases[] = {
	{ 1, 1 },
	{ 0x1.01p0f, 1 },
	{ 0x1.03p0f, 0x1.04p0f },
	{ 0x1.010002p0f, 0x1.02p0f },
	{ -0x1.01p0f, -1 },
	{ -0x1.03p0f, -0x1.04p0f },
	{ 0x1.00fffep0f, 1 },
	{ 0x1.fffffep127f, INFINITY },
	{ 0x1p-126f, 0x1p-126f },
	{ 0x1.8p-127f, 0 },
	{ 0x1.ff8p5f, 0x1p6f },
	{ 0, 0 },
	{ NAN, NAN },
};
const size_t rounding_count = sizeof rounding_cases / sizeof *rounding_cases;
