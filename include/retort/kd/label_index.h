/* Index of visible labels by class, to draw rows of other classes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LABEL_INDEX_H
#define RETORT_KD_LABEL_INDEX_H

#include "retort/base/rng.h"
#include "retort/data/dataset.h"

struct label_index {
	size_t n; /* rows with a label */
	int classes;
	int32_t *label; /* [rows of the data set] -1: hidden; owned */
	uint32_t *row;  /* [n] rows, sorted by class; owned */
	size_t *from;   /* [classes + 1] first index of a class in `row`; owned */
};

/* Index the labels of rows with visible [rows] not 0. Empty for data that predict the next token.
 */
void label_index_init(struct label_index *k, const struct dataset *ds, const uint8_t *visible);
void label_index_release(struct label_index *k);

/* Number of rows whose label is not `label`. */
size_t label_index_others(const struct label_index *k, int32_t label);

/* Draw number i of those rows, uniformly with replacement. There is at least one. */
uint32_t label_index_other(const struct label_index *k, int32_t label, struct rng r, uint64_t i);

#endif
