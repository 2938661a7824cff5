/* The labels that the student sees, by class: what draws rows of other classes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LABEL_INDEX_H
#define RETORT_KD_LABEL_INDEX_H

#include "retort/base/rng.h"
#include "retort/data/dataset.h"

struct label_index {
	size_t n; /* rows with a label */
	int classes;
	int32_t *label; /* [rows of the data set] -1: not seen; owned */
	uint32_t *row;  /* [n] by class; owned */
	size_t *from;   /* [classes + 1] where a class begins in `row`; owned */
};

/* Of a data set with a class for every row; `visible` [n] says whose are seen. Of one that tells
 * the next token: none. */
void label_index_init(struct label_index *k, const struct dataset *ds, const uint8_t *visible);
void label_index_release(struct label_index *k);

/* How many rows have another label than `label`. */
size_t label_index_others(const struct label_index *k, int32_t label);

/* Draw i of them: each as likely as another, with repetition. There is at least one. */
uint32_t label_index_other(const struct label_index *k, int32_t label, struct rng r, uint64_t i);

#endif
