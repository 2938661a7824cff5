/* Mean and spread of each feature, from the training rows only, applied to all. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SCALE_H
#define RETORT_DATA_SCALE_H

#include <stdint.h>

#include "retort/data/dataset.h"

/* Spreads from the mean beyond which a value is drawn in: a pixel that is nearly always 0 would
   else be 40 spreads out in the one row that has it, and rule the network. */
#define SCALE_LIMIT 3.0

struct scale {
	size_t d;       /* features; 0 for tokens, which are not scaled */
	double *mean;   /* [d] */
	double *spread; /* [d] standard deviation; never 0 */
};

/*
 * Missing cells are left out of the sums; a constant column gets a spread of 1. Two passes in
 * double over the rows in ascending order. Images get one mean and one spread over all pixels of
 * the rows, the same in every entry, because convolutions share their weights over positions.
 * Tokens are left alone, here and in scale_apply.
 */
void scale_fit(const struct dataset *ds, const uint32_t *rows, size_t n_rows, struct scale *out);

/* x = (x - mean) / spread in place, within +-SCALE_LIMIT; a missing cell becomes 0, which is the
 * mean. */
void scale_apply(const struct scale *s, struct dataset *ds);
void scale_release(struct scale *s);

#endif
