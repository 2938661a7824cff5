/* Shares of classes in a set without labels, from what a network says of its rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SHIFT_CLASS_PRIOR_H
#define RETORT_DATA_SHIFT_CLASS_PRIOR_H

#include <stddef.h>

#define CLASS_PRIOR_STEPS 10000
#define CLASS_PRIOR_MATCHES 1000

/*
 * Saerens, Latinne and Decaestecker 2002, eq. 4.4: shares that make the rows of a set most likely,
 * by EM from `new` as it is given, which is above 0 where it may become anything at all.
 *
 * p    [n,classes] what a network says of each row, sums to 1
 * old  [classes] shares of the rows that it learned from, above 0
 * new  [classes] in: where EM begins, out: where it ends, sums to 1
 *
 * Returns the number of steps: until no share moves by 1e-9, or CLASS_PRIOR_STEPS. Any thread.
 */
size_t class_prior_em(const double *p, size_t n, size_t classes, const double *old, double *new);

/*
 * The shift[classes] of logits z[n,classes] with which the mean of their softmax over the rows is
 * want[classes], above 0 and of sum 1: the bias that makes the cross-entropy with soft targets of
 * that mean least, a convex problem, by iterative scaling (Darroch and Ratcliff 1972) until no
 * logarithm of a mean is off by 1e-7, or CLASS_PRIOR_MATCHES steps. Returns their number. Any
 * thread.
 */
size_t class_prior_match(const double *z, size_t n, size_t classes, const double *want,
			 double *shift);

#endif
