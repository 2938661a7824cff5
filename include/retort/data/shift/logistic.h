/* Logistic regression: a linear classifier of two sides, to its optimum. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SHIFT_LOGISTIC_H
#define RETORT_DATA_SHIFT_LOGISTIC_H

#include <stddef.h>
#include <stdint.h>

/* What it learns from, borrowed: n rows of x[.,d], by number. */
struct logistic_rows {
	const double *x; /* [.,d] */
	size_t d;
	const uint32_t *row;  /* [n] */
	const uint8_t *is_b;  /* [n] 1: of the second side */
	const double *weight; /* [n] of a row within its side, at least 0, some of each side above
				 0; NULL: all alike */
	size_t n;
};

/*
 * The w[d + 1], the bias last, with the least mean loss, each side having half of the weight, and a
 * ridge of `ridge` / 2 times the sum of squares of all but the bias. Nesterov 1983 with the
 * restarts of O'Donoghue and Candes 2015, until no slope is above 1e-7 or 2000 steps are done:
 * strictly convex, so where it ends does not depend on the way. One side empty: all 0. Any thread.
 */
void logistic_fit(const struct logistic_rows *r, double ridge, double *w);

/* log of p(b|x) / p(a|x) for one row, as if both sides were as frequent: the log of the ratio of
 * their densities. */
double logistic_score(const double *w, const double *x, size_t d);

#endif
