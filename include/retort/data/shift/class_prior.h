/* Class proportions of unlabelled rows, estimated from the outputs of a network. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SHIFT_CLASS_PRIOR_H
#define RETORT_DATA_SHIFT_CLASS_PRIOR_H

#include <stddef.h>

#define CLASS_PRIOR_STEPS 10000
#define CLASS_PRIOR_MATCHES 1000

/*
 * Maximum likelihood class proportions of a set by EM (Saerens, Latinne and Decaestecker 2002, eq.
 * 4.4), starting from `new`; a proportion of 0 stays 0.
 *
 * p    [n,classes] class probabilities of each row, sums to 1
 * old  [classes] proportions in the training rows of the network, above 0
 * new  [classes] in: start, out: result; sums to 1
 *
 * Stops when no proportion changes by more than 1e-9, or after CLASS_PRIOR_STEPS. Returns the
 * number of steps. Any thread.
 */
size_t class_prior_em(const double *p, size_t n, size_t classes, const double *old, double *new);

/*
 * Find shift[classes] such that the mean softmax of z[n,classes] + shift over the rows is
 * want[classes], which is above 0 and sums to 1. This bias minimizes the cross-entropy with soft
 * targets of that mean, a convex problem. Iterative scaling (Darroch and Ratcliff 1972) until no
 * log mean is off by more than 1e-7, or CLASS_PRIOR_MATCHES steps. Returns the number of steps. Any
 * thread.
 */
size_t class_prior_match(const double *z, size_t n, size_t classes, const double *want,
			 double *shift);

#endif
