/* Importance weights: how much more often a row comes in another set, learned from the rows of
 * both. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SHIFT_IMPORTANCE_H
#define RETORT_DATA_SHIFT_IMPORTANCE_H

#include <stddef.h>
#include <stdint.h>

#define IMPORTANCE_FOLDS 5
#define IMPORTANCE_ROWS 2000     /* of each set that are learned from, at most, and */
#define IMPORTANCE_CELLS 1500000 /* so many of their numbers */

/* Two sets, read row by row: 0..n_a - 1 are a's, those behind b's. At least 2 * IMPORTANCE_FOLDS
 * rows each, every number finite. */
struct importance_sets {
	void (*read)(const void *arg, size_t row, double *x); /* x[d] */
	const void *arg;
	size_t n_a, n_b, d;
	uint64_t seed; /* which rows are learned from, and in which fold */
};

/*
 * w[n_a]: the ratio p_b(x) / p_a(x) of the densities at each row of a, as the odds of a classifier
 * that tells b from a (Bickel, Brueckner and Scheffer 2007; what such weights are for: Shimodaira
 * 2000; Sugiyama, Suzuki and Kanamori 2012). Logistic regression with a ridge of d / 4 over the
 * number of rows learned from, on columns brought to spread 1. In IMPORTANCE_FOLDS folds: no row is
 * weighed by a classifier that has learned from it. Two numbers more, from all of these scores,
 * bring them to scale (Platt 1999): sets that cannot be told apart get weights that are all alike.
 * Returns how well b's rows are told from a's by classifiers that have not seen them, the area
 * under the ROC curve. Any thread.
 */
double importance_find(const struct importance_sets *r, double *w);

/*
 * Bring w[n], at least 0 and not all 0, to mean 1 with none above `limit` > 1 (truncation: Ionides
 * 2008): the largest are cut off, the others scaled until the mean is 1. Returns the effective
 * number of rows, (sum w)^2 / sum w^2 (Kish 1965).
 */
double importance_clip(double *w, size_t n, double limit);

#endif
