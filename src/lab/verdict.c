/* verdict.c: paired bootstrap, Student's t, Holm's correction. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"

const char *const verdict_word_name[] = { "INCONCLUSIVE", "BETTER", "WORSE" };

/* ---- bootstrap ---- */

static int
compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Quantile q of n sorted values, between the two nearest. */
static double
quantile(const double *sorted, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;

	return sorted[low] + (at - (double)low) * (sorted[high] - sorted[low]);
}

#define LANES 4 /* partial sums, which do not wait for one another */

/* Sum of value * count over rows. */
static double
dot(const double *value, const double *count, size_t n)
{
	double sum[LANES] = { 0 };
	size_t i = 0;

	for (; i + LANES <= n; i += LANES)
		for (size_t k = 0; k < LANES; k++)
			sum[k] += value[i + k] * count[i + k];
	for (; i < n; i++)
		sum[0] += value[i] * count[i];
	return sum[0] + sum[1] + (sum[2] + sum[3]);
}

/* The same of values 1 where there are none. */
static double
total_of(const double *weight, const double *count, size_t n)
{
	double sum = 0;

	if (weight)
		return dot(weight, count, n);
	for (size_t i = 0; i < n; i++)
		sum += count[i];
	return sum;
}

/* Count how often each of n rows is drawn in resample `index`. */
static void
draw_rows(uint64_t seed, int index, double *count, size_t n)
{
	struct rng r = rng_stream(seed, "bootstrap", (uint64_t)index, 0);

	memset(count, 0, n * sizeof *count);
	for (size_t i = 0; i < n; i++)
		count[rng_below(r, i, (uint32_t)n)]++;
}

/* Interval and p-value from the statistic of each resample, which is sorted. */
static void
summarize(double *resampled, int n, struct verdict *out)
{
	int below = 0, above = 0, least;

	for (int i = 0; i < n; i++) {
		below += resampled[i] <= 0;
		above += resampled[i] >= 0;
	}
	least = below < above ? below : above;
	qsort(resampled, (size_t)n, sizeof *resampled, compare_double);
	out->low = quantile(resampled, (size_t)n, VERDICT_LEVEL / 2);
	out->high = quantile(resampled, (size_t)n, 1 - VERDICT_LEVEL / 2);
	out->p = fmin(1, 2 * (1 + (double)least) / (1 + (double)n));
}

void
verdict_bootstrap(const double *value, const double *weight, size_t m, size_t n, uint64_t seed,
		  int resamples, struct verdict *out)
{
	double *count = mem_array(n, sizeof *count), total;
	double *resampled = mem_array(m * (size_t)resamples, sizeof *resampled);

	for (int k = 0; k < resamples; k++) {
		draw_rows(seed, k, count, n);
		total = total_of(weight, count, n);
		for (size_t i = 0; i < m; i++)
			resampled[i * (size_t)resamples + (size_t)k] =
				total > 0 ? dot(value + i * n, count, n) / total : 0;
	}
	for (size_t i = 0; i < n; i++)
		count[i] = 1;
	total = total_of(weight, count, n);
	for (size_t i = 0; i < m; i++) {
		out[i].difference = total > 0 ? dot(value + i * n, count, n) / total : 0;
		summarize(resampled + i * (size_t)resamples, resamples, &out[i]);
	}
	mem_free(resampled);
	mem_free(count);
}

/* ---- Student's t ---- */

#define TERMS 500
#define TINY 1e-300

static double
away_from_zero(double x)
{
	return fabs(x) < TINY ? TINY : x;
}

/* Continued fraction of the incomplete beta function by Lentz's method (Press et al., Numerical
 * Recipes, 6.4). */
static double
beta_fraction(double a, double b, double x)
{
	double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), h = d;

	for (int m = 1; m <= TERMS; m++) {
		double even = m * (b - m) * x / ((a - 1 + 2 * m) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 1 + 2 * m));
		double step;

		d = 1 / away_from_zero(1 + even * d);
		c = away_from_zero(1 + even / c);
		h *= d * c;
		d = 1 / away_from_zero(1 + odd * d);
		c = away_from_zero(1 + odd / c);
		step = d * c;
		h *= step;
		if (fabs(step - 1) < 1e-15)
			break;
	}
	return h;
}

/* Regularized incomplete beta function I_x(a, b). */
static double
beta_incomplete(double a, double b, double x)
{
	double front;

	if (x <= 0 || x >= 1)
		return x >= 1;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a
					 : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double
verdict_t_p(double t, double df)
{
	return beta_incomplete(df / 2, 0.5, df / (df + t * t));
}

double
verdict_t_quantile(double p, double df)
{
	double low = 0, high = 1;

	while (verdict_t_p(high, df) > p && high < 1e12)
		high *= 2;
	for (int i = 0; i < 200 && high - low > 1e-14 * high; i++) {
		double middle = (low + high) / 2;

		*(verdict_t_p(middle, df) > p ? &low : &high) = middle;
	}
	return (low + high) / 2;
}

struct verdict
verdict_t(const double *value, size_t n)
{
	double mean = 0, square = 0, error, half;
	struct verdict v;

	for (size_t i = 0; i < n; i++)
		mean += value[i] / (double)n;
	if (n < 2)
		return (struct verdict){ mean, -INFINITY, INFINITY, 1 };
	for (size_t i = 0; i < n; i++)
		square += (value[i] - mean) * (value[i] - mean);
	error = sqrt(square / (double)(n - 1) / (double)n);
	half = error * verdict_t_quantile(VERDICT_LEVEL, (double)(n - 1));
	v = (struct verdict){ mean, mean - half, mean + half, 1 };
	if (error > 0)
		v.p = verdict_t_p(mean / error, (double)(n - 1));
	else if (mean != 0)
		v.p = 0;
	return v;
}

struct verdict
verdict_ratio(const double *value, const double *weight, size_t n)
{
	double *part = mem_array(n, sizeof *part), sum = 0, total = 0;
	struct verdict v;

	for (size_t i = 0; i < n; i++) {
		sum += value[i];
		total += weight[i];
	}
	if (!(total > 0)) {
		mem_free(part);
		return (struct verdict){ NAN, NAN, NAN, 1 };
	}
	for (size_t i = 0; i < n; i++)
		part[i] = (value[i] - sum / total * weight[i]) * (double)n / total + sum / total;
	v = verdict_t(part, n);
	mem_free(part);
	return v;
}

/* ---- several tests ---- */

void
verdict_holm(double *p, size_t n)
{
	double *sorted = mem_array(n, sizeof *sorted), *out = mem_array(n, sizeof *out);
	double least = 0;

	memcpy(sorted, p, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, compare_double);
	for (size_t i = 0; i < n; i++) {
		least = fmax(least, fmin(1, sorted[i] * (double)(n - i)));
		for (size_t k = 0; k < n; k++)
			if (p[k] == sorted[i])
				out[k] = least;
	}
	memcpy(p, out, n * sizeof *out);
	mem_free(out);
	mem_free(sorted);
}

enum verdict_word
verdict_word(double difference, double p, int better)
{
	if (!(p < VERDICT_LEVEL) || difference == 0)
		return VERDICT_INCONCLUSIVE;
	return (difference < 0) == (better < 0) ? VERDICT_BETTER : VERDICT_WORSE;
}
