/* Shares of several teachers, from plain arrays: the rules of the modes of mix.h. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_MIX_SHARE_H
#define RETORT_TRAIN_MIX_SHARE_H

#include <stddef.h>
#include <stdint.h>

#include "retort/base/real.h"

/* Divide n numbers by their sum; all 0 where it is 0. */
void mix_share_normalise(double *x, int n);

/* One row of n teachers: shares that sum to 1, or all 0 where every given weight is 0. */
void mix_share_entropy(const real *const *logit, const double *typed, int n, size_t classes,
		       double *share);
void mix_share_confidence(const real *const *logit, const double *typed, int n, size_t classes,
			  int32_t label, double *share);

/* a >= 0, sum 1, a <= most, with a' gram a smallest, gram [n,n] positive semidefinite; `most` is
 * raised to 1/n where it is less. */
void mix_share_min_norm(const double *gram, int n, double most, double *a);

/* The teacher drawn for the batch of a step, with probability by weight; -1: every weight is 0. */
int mix_share_draw(const double *typed, int n, uint64_t seed, uint64_t step);

#endif
