/* How long a fork and a step back take. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_BACK_H
#define RETORT_BENCH_BACK_H

/* Print the time of a fork of a digits run, and of a step back to a state in memory of a student
 * with 10 million parameters: from the request to its answer. Returns the exit status. */
int back_measure(int threads, int rounds);

#endif
