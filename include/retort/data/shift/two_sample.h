/* How far two sets of rows are apart: distances, a classifier told to tell them apart, coverage,
 * drift of columns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SHIFT_TWO_SAMPLE_H
#define RETORT_DATA_SHIFT_TWO_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#define TWO_SAMPLE_FAR 5 /* rows that are named */
#define TWO_SAMPLE_PERMUTATIONS 199

/*
 * Rows of two sets, borrowed: a[n_a,d] and b[n_b,d], with weights, at least 0 and some above, where
 * they do not count alike. At least two rows each, every number finite.
 */
struct two_sample_rows {
	const double *a, *b;
	size_t n_a, n_b, d;
	const double *w_a, *w_b; /* [n_a], [n_b]; NULL: all alike */
};

struct two_sample {
	double energy; /* energy distance of standardised rows, 0 where the distributions are one */
	double p;      /* share of random relabellings that are at least as far apart */
	double auc;    /* of a linear classifier on rows it did not learn from: 0.5 cannot tell, 1
			  always can */
	double weighted_energy, weighted_auc; /* with the weights; NaN without any */
	double coverage; /* share of b's rows that have a row of a as near as a's own rows have one,
			    but for 5 % of those */
	size_t far[TWO_SAMPLE_FAR]; /* rows of b whose nearest row of a is farthest, farthest first
				     */
	double far_by[TWO_SAMPLE_FAR]; /* that distance over the usual one within a */
	size_t n_far;
};

/*
 * All of it. Columns are brought to spread 1 over both sets first; one without spread is left out.
 * Distances are Euclidean. Energy distance: Szekely and Rizzo 2013, Energy statistics, eq. 5, with
 * a permutation test of TWO_SAMPLE_PERMUTATIONS draws of rng(seed, "gauge"). Classifier: logistic
 * regression with a ridge, in two folds, each told by the other. O((n_a + n_b)^2 d) time, (n_a +
 * n_b)^2 doubles of memory. Any thread.
 */
void two_sample_measure(const struct two_sample_rows *r, uint64_t seed, struct two_sample *out);

/*
 * One column of each: the population stability index over tenths of a, shares no smaller than
 * 0.0001, and the largest difference of the two distribution functions (Kolmogorov and Smirnov).
 */
double two_sample_psi(const double *a, size_t n_a, const double *b, size_t n_b);
double two_sample_ks(const double *a, size_t n_a, const double *b, size_t n_b);

/* Half the sum of differences of two lists of shares: the total variation distance. */
double two_sample_variation(const double *p, const double *q, size_t n);

/* The chance that a score of b is above one of a, ties by half: the area under the ROC curve. */
double two_sample_auc(const double *a, size_t n_a, const double *b, size_t n_b);

#endif
