/* Whether one network is better than another: intervals and tests of a difference. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_VERDICT_H
#define RETORT_LAB_VERDICT_H

#include <stddef.h>
#include <stdint.h>

/* A difference, its 95 % interval, and the two-sided p-value of the hypothesis that it is 0. */
struct verdict {
	double difference, low, high, p;
};

#define VERDICT_LEVEL 0.05 /* of a test; of an interval 1 minus it */
#define VERDICT_RESAMPLES 2000

/*
 * Paired bootstrap over rows (Efron 1979), percentile interval. value [m, n] are m differences of
 * each row, weight [n] what it counts (NULL: 1): the statistic is sum(value) / sum(weight). All m
 * are computed on the same `resamples` draws of n rows, which are a function of `seed`. out [m].
 */
void verdict_bootstrap(const double *value, const double *weight, size_t m, size_t n, uint64_t seed,
		       int resamples, struct verdict *out);

/* Mean of n differences, interval and test by Student's t with n - 1 degrees of freedom. n 1: the
 * interval is infinite and p is 1. */
struct verdict verdict_t(const double *value, size_t n);

/*
 * Interval and test of sum(value) / sum(weight) over n rows, by Student's t on its linear part in
 * each row (the delta method): of weights 1 that of verdict_t. Cheap where verdict_bootstrap is
 * not. No weight at all: NaN and p 1.
 */
struct verdict verdict_ratio(const double *value, const double *weight, size_t n);

/* Probability of |t| or more under Student's distribution with `df` degrees of freedom. */
double verdict_t_p(double t, double df);

/* The value of t that is exceeded on both sides together with probability p. */
double verdict_t_quantile(double p, double df);

/* Replace n p-values by those that Holm's correction for n tests gives (Holm 1979), at most 1. */
void verdict_holm(double *p, size_t n);

enum verdict_word { VERDICT_INCONCLUSIVE, VERDICT_BETTER, VERDICT_WORSE };
extern const char *const verdict_word_name[]; /* "INCONCLUSIVE" ... by enum */

/* The word for a difference whose corrected p-value is `p`; better: -1 lower is better, 1 higher.
 */
enum verdict_word verdict_word(double difference, double p, int better);

#endif
