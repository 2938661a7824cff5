/* Which rows train, which are held out, and which labels students see. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SPLIT_H
#define RETORT_DATA_SPLIT_H

#include <stdint.h>

#include "retort/data/dataset.h"

struct split {
	uint32_t *train;  /* [n_train] row numbers, ascending */
	uint32_t *held;   /* [n_held] labelled held-out rows, ascending */
	uint32_t *shown;  /* [n_shown] training rows whose label students see, ascending */
	uint32_t *target; /* [n_target] labelled rows of target sets, ascending */
	uint8_t *visible; /* [n] 1 for the rows in `shown` */
	size_t n_train, n_held, n_shown, n_target;
};

/*
 * A row is held out if its hash of (seed, row) falls in the upper fifth, so a row keeps its place
 * when rows are appended. Unlabelled rows always train. `labels` < 0 shows every training label;
 * otherwise the `labels` labelled training rows of the data itself with the smallest hash of (seed,
 * "labels", row). Rows of other sets train with their labels shown, or are only evaluated, as their
 * role says; with a held-out set all rows of the data itself train. Refused: no held-out or no
 * training rows, `labels` of 0 or more than there are ("labels: 5000 is outside 1..1437").
 */
int split_make(const struct dataset *ds, uint64_t seed, int64_t labels, struct split *out,
	       struct err *e);
void split_release(struct split *s);

#endif
