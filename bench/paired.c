/* paired.c: the ratio of paired measurements, with its confidence interval. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "paired.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TAIL 0.025
#define SUMS (PAIRED_MAX * (PAIRED_MAX + 1) / 2)

/*
 * The smallest sum of ranks k >= 1 with P(T <= k) >= TAIL, T being Wilcoxon's signed-rank statistic
 * of n pairs without a difference: each rank of 1..n counts with probability 1/2.
 */
static int
critical_rank(int n)
{
	double p[SUMS + 1] = { 1 }, sum = 0;
	int top = n * (n + 1) / 2, k = 0;

	for (int rank = 1; rank <= n; rank++)
		for (int s = top; s >= 0; s--)
			p[s] = 0.5 * p[s] + (s >= rank ? 0.5 * p[s - rank] : 0);
	while ((sum += p[k]) < TAIL)
		k++;
	return k > 0 ? k : 1;
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct paired
paired_ratio(const double *x, const double *y, int n)
{
	double mean[SUMS], d[PAIRED_MAX]; /* Walsh averages: means of all pairs of log ratios */
	int m = 0, k = critical_rank(n);

	for (int i = 0; i < n; i++) {
		d[i] = log(x[i] / y[i]);
		for (int j = 0; j <= i; j++)
			mean[m++] = (d[i] + d[j]) / 2;
	}
	qsort(mean, (size_t)m, sizeof *mean, compare_doubles);
	return (struct paired){ exp((mean[(m - 1) / 2] + mean[m / 2]) / 2), exp(mean[k - 1]),
				exp(mean[m - k]) };
}
