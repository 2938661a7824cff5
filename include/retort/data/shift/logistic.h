/* Logistic regression with two classes, to the optimum. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SHIFT_LOGISTIC_H
#define RETORT_DATA_SHIFT_LOGISTIC_H

#include <stddef.h>
#include <stdint.h>

/* Training rows, borrowed: n rows of x[.,d], by index. */
struct logistic_rows {
	const double *x; /* [.,d] */
	size_t d;
	const uint32_t *row;  /* [n] */
	const uint8_t *is_b;  /* [n] 1: class b, 0: class a */
	const double *weight; /* [n] weight within the class, at least 0, with a positive sum for
				 each class; NULL: equal */
	size_t n;
};

/*
 * Fit w[d + 1], bias last: minimizes the mean loss, with each class having half of the weight, plus
 * `ridge` / 2 times the sum of squares of all but the bias. Nesterov 1983 with the restarts of
 * O'Donoghue and Candes 2015, until no component of the gradient exceeds 1e-7, or 2000 steps. The
 * problem is strictly convex, so the result does not depend on the path. If a class is empty, w is
 * 0. Any thread.
 */
void logistic_fit(const struct logistic_rows *r, double ridge, double *w);

/* log p(b|x) / p(a|x) of one row for equally frequent classes: the log of their density ratio. */
double logistic_score(const double *w, const double *x, size_t d);

#endif
