/* The cost of each loss in a step. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_LOSSES_H
#define RETORT_BENCH_LOSSES_H

/*
 * Print a line for each loss: microseconds it adds to a step, and the ratio of a step with it to
 * one without, each a median of `rounds` alternating windows of `seconds` in one process. Measured
 * on the first of W2, W5 and W3 whose networks the loss can compare.
 */
void losses_measure(int threads, int rounds, double seconds);

#endif
