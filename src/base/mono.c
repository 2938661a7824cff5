/* mono.c: monotonic seconds, and a clock that tests can hold still. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/mono.h"

#include <time.h>

static double frozen = -1;

double
mono_now(void)
{
	struct timespec t;

	if (frozen >= 0)
		return frozen;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void
mono_set(double t)
{
	frozen = t;
}
