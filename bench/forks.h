/* What a second run in lockstep costs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_FORKS_H
#define RETORT_BENCH_FORKS_H

/* Print, for each workload, the time of a step of two runs in lockstep relative to that of one,
 * with the teacher asked at every step and with its outputs cached. Returns the exit status. */
int forks_measure(int threads, int rounds, double seconds);

#endif
