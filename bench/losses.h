/* What each loss costs a step. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_LOSSES_H
#define RETORT_BENCH_LOSSES_H

/*
 * Prints a line for every loss: microseconds it adds to a step, and the step with it over the step
 * without, each the median of `rounds` windows of `seconds` that take turns in one process. On the
 * first of W2, W5 and W3 whose networks it can compare.
 */
void losses_measure(int threads, int rounds, double seconds);

#endif
