/* Two-sample statistics: energy distance, classifier, coverage, outliers; per column PSI and KS. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SHIFT_TWO_SAMPLE_H
#define RETORT_DATA_SHIFT_TWO_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#define TWO_SAMPLE_FAR 5 /* outliers reported */
#define TWO_SAMPLE_PERMUTATIONS 199

/*
 * Rows of two sets, borrowed: a[n_a,d] and b[n_b,d], with weights that are at least 0 and not all
 * 0. At least two rows each, all numbers finite.
 */
struct two_sample_rows {
	const double *a, *b;
	size_t n_a, n_b, d;
	const double *w_a, *w_b; /* [n_a], [n_b]; NULL: equal */
};

struct two_sample {
	double energy; /* energy distance of standardized rows; 0 for equal distributions */
	double p;      /* p-value of the permutation test */
	double auc;    /* of a linear classifier on held-out rows: 0.5 chance, 1 perfect */
	double weighted_energy, weighted_auc; /* with weights; NaN without */
	double coverage; /* share of rows of b whose nearest row of a is no farther than the 95 %
			    quantile of such distances within a */
	size_t far[TWO_SAMPLE_FAR];    /* outliers: rows of b farthest from a, farthest first */
	double far_by[TWO_SAMPLE_FAR]; /* their distance over the median one within a */
	size_t n_far;
};

/*
 * Compute all statistics. Columns are scaled to standard deviation 1 over both sets; constant ones
 * are ignored. Distances are Euclidean. Energy distance: Szekely and Rizzo 2013, Energy statistics,
 * eq. 5, with a permutation test of TWO_SAMPLE_PERMUTATIONS draws of rng(seed, "gauge").
 * Classifier: logistic regression with a ridge, two-fold cross-validated. O((n_a + n_b)^2 d) time,
 * (n_a + n_b)^2 doubles of memory. Any thread.
 */
void two_sample_measure(const struct two_sample_rows *r, uint64_t seed, struct two_sample *out);

/*
 * For one column: the population stability index over deciles of a, with shares of at least 0.0001;
 * and the largest difference of the distribution functions (Kolmogorov and Smirnov).
 */
double two_sample_psi(const double *a, size_t n_a, const double *b, size_t n_b);
double two_sample_ks(const double *a, size_t n_a, const double *b, size_t n_b);

/* Total variation distance of two distributions: half the sum of absolute differences. */
double two_sample_variation(const double *p, const double *q, size_t n);

/* Area under the ROC curve: the probability that a score of b exceeds one of a, ties by half. */
double two_sample_auc(const double *a, size_t n_a, const double *b, size_t n_b);

#endif
