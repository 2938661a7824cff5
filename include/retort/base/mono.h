/* Monotonic seconds: for rates and frames, never for anything that training depends on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_MONO_H
#define RETORT_BASE_MONO_H

/* Seconds of the monotonic clock, whose origin is arbitrary. Any thread. */
double mono_now(void);

/* Freeze the clock at `t`, for tests; a negative t restarts it. Main thread. */
void mono_set(double t);

#endif
