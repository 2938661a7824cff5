/* Which rows train, which are held out, and whose labels a student may see. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SPLIT_H
#define RETORT_DATA_SPLIT_H

#include <stdint.h>

#include "retort/data/dataset.h"

struct split {
	uint32_t *train;  /* [n_train] row numbers, ascending */
	uint32_t *held;   /* [n_held] row numbers with a label, ascending */
	uint32_t *shown;  /* [n_shown] training rows whose label students see, ascending */
	uint32_t *target; /* [n_target] labelled rows of sets that are only looked at, ascending */
	uint8_t *visible; /* [n]: 1 for the rows in `shown` */
	size_t n_train, n_held, n_shown, n_target;
};

/*
 * A row is held out when its hash of (seed, row) falls in the upper fifth, so a row stays where
 * it is when rows are appended. Unlabelled rows always train. `labels` < 0 shows every training
 * label; else the `labels` labelled training rows of the data itself with the smallest hash of
 * (seed, "labels", row). Rows of other sets train, their labels are shown, or they are only looked
 * at, as their role says; with a set that is held out all rows of the data itself train. Refused:
 * nothing held out or nothing to train on, `labels` of 0 or more than there are
 * ("labels: 5000 is outside 1..1437").
 */
int split_make(const struct dataset *ds, uint64_t seed, int64_t labels, struct split *out,
	       struct err *e);
void split_release(struct split *s);

#endif
