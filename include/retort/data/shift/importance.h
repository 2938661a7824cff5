/* Importance weights: density ratio of two sets at the rows of one, learned from rows of both. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SHIFT_IMPORTANCE_H
#define RETORT_DATA_SHIFT_IMPORTANCE_H

#include <stddef.h>
#include <stdint.h>

#define IMPORTANCE_FOLDS 5
#define IMPORTANCE_ROWS 2000     /* maximum number of training rows of each set */
#define IMPORTANCE_CELLS 1500000 /* maximum number of their values */

/* Two sets, read row by row: rows 0..n_a - 1 are a, the next n_b are b. At least 2 *
 * IMPORTANCE_FOLDS rows each, all numbers finite. */
struct importance_sets {
	void (*read)(const void *arg, size_t row, double *x); /* x[d] */
	const void *arg;
	size_t n_a, n_b, d;
	uint64_t seed; /* selects training rows and folds */
};

/*
 * Estimate w[n_a], the density ratio p_b(x) / p_a(x) at each row of a, as the odds of a classifier
 * of b against a (Bickel, Brueckner and Scheffer 2007; use of such weights: Shimodaira 2000;
 * Sugiyama, Suzuki and Kanamori 2012). Logistic regression with a ridge of d / 4 over the number of
 * training rows, on columns scaled to standard deviation 1. Cross-fitted in IMPORTANCE_FOLDS folds:
 * no row is scored by a classifier trained on it. A line fitted to all scores calibrates them
 * (Platt 1999), so that indistinguishable sets get equal weights. Returns the area under the ROC
 * curve of the classifiers on rows not used to train them. Any thread.
 */
double importance_find(const struct importance_sets *r, double *w);

/*
 * Scale w[n], at least 0 and not all 0, to mean 1 with none above `limit` > 1 (truncation, Ionides
 * 2008): the largest are clipped, the others scaled until the mean is 1. Returns the effective
 * sample size, (sum w)^2 / sum w^2 (Kish 1965).
 */
double importance_clip(double *w, size_t n, double limit);

#endif
