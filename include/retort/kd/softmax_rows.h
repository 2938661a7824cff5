/* What losses on outputs share: a student's and a teacher's row side by side, and the sums over
 * them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_SOFTMAX_ROWS_H
#define RETORT_KD_SOFTMAX_ROWS_H

#include "retort/kd/loss.h"

/* One row at a temperature: q is softmax(z_s / T), p is softmax(z_t / T). */
struct row {
	size_t n;
	const real *x, *target; /* the logits */
	const real *log_q, *q;  /* shared with other losses: not to be written */
	real *log_p, *p,
		*spare; /* of this loss alone: may be written over once they are not needed */
	int32_t label;  /* -1: none */
	double step;    /* factor on the gradient */
	real *dx;       /* gradient times step is added here; NULL: value only */
	const struct loss_args *args;
};

/* The value of one row; adds its gradient. */
typedef double softmax_rows_each(const struct row *r, void *arg);

/*
 * The sum of weight times `each` over the rows that have a weight. A row's step is weight * scale *
 * factor. Student and teacher are tempered once for all rows, the student in the memo if there is
 * one.
 */
double softmax_rows_sum(const struct loss_args *a, double temperature, double factor,
			softmax_rows_each *each, void *arg);

/* Positions of rows are rows of their own: what a loss on outputs that is called once for a batch
 * looks at. */
struct loss_args softmax_rows_of_positions(const struct loss_args *a);

/*
 * KL(a || m) with m = alpha a + (1 - alpha) b, of n classes; a / m goes into `ratio` and log(a / m)
 * into `gap`, 0 where both have vanished. gap may be log_a; nothing else overlaps.
 */
double softmax_rows_skewed(const real *a, const real *log_a, const real *b, real alpha, size_t n,
			   real *ratio, real *gap);

/* KL(p || q) and step (q - p): a row as kd compares it, without T^2. A softmax_rows_each. */
double softmax_rows_forward(const struct row *r, void *arg);

/*
 * KL(p || q) of n classes; `shift` is added to log q - log p, for logarithms that do not belong to
 * p and q by a constant. With d = log q - log p it is the sum of p (e^d - 1 - d), in which what d
 * lacks in its last digits counts by the small number e^d - 1: in float the plain sum of p d, times
 * T^2, has no sixth digit at T = 20.
 */
real softmax_rows_divergence(const real *p, const real *log_p, const real *q, const real *log_q,
			     real shift, size_t n);

/* dx += step (q - p). */
void softmax_rows_add_gap(const real *q, const real *p, real step, size_t n, real *dx);

/* dx += step q (g - sum q g): a gradient with respect to probabilities, through the softmax. */
void softmax_rows_back(const real *q, const real *g, real step, size_t n, real *dx);

/*
 * Softmax over all classes but y, into hat (0 at y), and the logarithm of the mass they have
 * together. Their own largest is the shift, so that they keep their shape where y has all but
 * nothing left for them.
 */
real softmax_rows_rest(const real *log_p, size_t n, size_t y, real *hat);

/* -log softmax(z)_y at temperature 1. */
double softmax_rows_surprise(const real *z, size_t n, size_t y);

#endif
