/* The ratio of paired measurements, with its confidence interval. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_PAIRED_H
#define RETORT_BENCH_PAIRED_H

#define PAIRED_MAX 64

struct paired {
	double ratio, low, high;
};

/*
 * Estimate x / y from n pairs of positive numbers, 1 <= n <= PAIRED_MAX: the Hodges-Lehmann
 * estimate over the logarithms of x[i] / y[i], and its 95 % confidence interval from the exact
 * distribution of Wilcoxon's signed-rank statistic. It assumes no distribution and is robust
 * against single outliers. Below 6 pairs no interval has that level: low and high are then the
 * smallest and the largest ratio.
 */
struct paired paired_ratio(const double *x, const double *y, int n);

#endif
