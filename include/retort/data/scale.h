/* Standardize features with the mean and standard deviation of the training rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SCALE_H
#define RETORT_DATA_SCALE_H

#include <stdint.h>

#include "retort/data/dataset.h"

/* Standard deviations from the mean at which a value is clipped. Without it a pixel that is nearly
   always 0 would be at 40 in the one row that has it, and dominate the network. */
#define SCALE_LIMIT 3.0

struct scale {
	size_t d;       /* features; 0 for tokens, which are not scaled */
	double *mean;   /* [d] */
	double *spread; /* [d] standard deviation; never 0 */
};

/*
 * Compute mean and standard deviation of each feature over n_rows rows, in two passes in double
 * with the rows in ascending order. Missing cells do not count; a constant column gets a deviation
 * of 1. Images get one mean and one deviation over all pixels, the same in every entry, because
 * convolutions share their weights over positions. Tokens are not scaled.
 */
void scale_fit(const struct dataset *ds, const uint32_t *rows, size_t n_rows, struct scale *out);

/* Replace x by (x - mean) / spread, clipped to +-SCALE_LIMIT, in place; a missing cell becomes 0,
 * the mean. */
void scale_apply(const struct scale *s, struct dataset *ds);
void scale_release(struct scale *s);

#endif
