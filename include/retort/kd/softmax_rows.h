/* Helpers of losses on outputs: a student's and a teacher's softmax row by row, and sums over rows.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_SOFTMAX_ROWS_H
#define RETORT_KD_SOFTMAX_ROWS_H

#include "retort/kd/loss.h"

/* One row at a temperature: q is softmax(z_s / T), p is softmax(z_t / T). */
struct row {
	size_t n;
	const real *x, *target;  /* the logits */
	const real *log_q, *q;   /* shared with other losses: read only */
	real *log_p, *p, *spare; /* of this call: may be overwritten */
	int32_t label;           /* -1: none */
	double step;             /* factor on the gradient */
	real *dx;                /* gradient times step is added; NULL: value only */
	const struct loss_args *args;
};

/* Return the value of a row, and add its gradient. */
typedef double softmax_rows_each(const struct row *r, void *arg);

/*
 * Sum weight times `each` over rows of weight above 0. The step of a row is weight * scale *
 * factor. The softmax at `temperature` is computed once for all rows, the student's in the memo if
 * there is one.
 */
double softmax_rows_sum(const struct loss_args *a, double temperature, double factor,
			softmax_rows_each *each, void *arg);

/* Arguments with every position as a row, for losses on outputs with LOSS_BATCH. */
struct loss_args softmax_rows_of_positions(const struct loss_args *a);

/*
 * KL(a || m) with m = alpha a + (1 - alpha) b over n classes; stores a / m in `ratio` and log(a /
 * m) in `gap`, 0 where a and m are 0. gap may be log_a; nothing else may overlap.
 */
double softmax_rows_skewed(const real *a, const real *log_a, const real *b, real alpha, size_t n,
			   real *ratio, real *gap);

/* KL(p || q) with gradient step (q - p): a row of kd, without T^2. A softmax_rows_each. */
double softmax_rows_forward(const struct row *r, void *arg);

/*
 * KL(p || q) over n classes; `shift` is added to log q - log p, where the logarithms are off by a
 * constant. Computed with d = log q - log p as the sum of p (e^d - 1 - d), in which the rounding
 * error of d is multiplied by the small number e^d - 1: in float the plain sum of p d, times T^2,
 * has no sixth digit at T = 20.
 */
real softmax_rows_divergence(const real *p, const real *log_p, const real *q, const real *log_q,
			     real shift, size_t n);

/* dx += step (q - p). */
void softmax_rows_add_gap(const real *q, const real *p, real step, size_t n, real *dx);

/* dx += step q (g - sum q g): backward pass of the softmax, g the gradient of the probabilities. */
void softmax_rows_back(const real *q, const real *g, real step, size_t n, real *dx);

/*
 * Softmax over all classes but y, into hat (0 at y); returns the logarithm of their total
 * probability. Shifted by the largest of them, so that it stays accurate where the probability of y
 * is close to 1.
 */
real softmax_rows_rest(const real *log_p, size_t n, size_t y, real *hat);

/* -log softmax(z)_y at temperature 1. */
double softmax_rows_nll(const real *z, size_t n, size_t y);

#endif
