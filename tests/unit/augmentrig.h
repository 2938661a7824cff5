/* Augmentations under test: rows of texts, of numbers and of images, and knobs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_AUGMENTRIG_H
#define RETORT_TESTS_AUGMENTRIG_H

#include "retort/data/augment/augment.h"

#define AUGMENTRIG_ROWS 2000
#define AUGMENTRIG_LENGTH 48
#define AUGMENTRIG_SIDE 8
#define AUGMENTRIG_NUMBERS (AUGMENTRIG_SIDE * AUGMENTRIG_SIDE)
#define AUGMENTRIG_CLASSES 3

/* What the data sets point to. */
struct augmentrig {
	int32_t ids[AUGMENTRIG_ROWS * AUGMENTRIG_LENGTH + 1], labels[AUGMENTRIG_ROWS];
	float x[AUGMENTRIG_ROWS * AUGMENTRIG_NUMBERS];
	uint8_t visible[AUGMENTRIG_ROWS];
	uint32_t rows[AUGMENTRIG_ROWS];
	struct knobs knobs;
};
extern struct augmentrig augmentrig;

/* The rows, with default knobs. */
struct dataset augmentrig_texts(void);
struct dataset augmentrig_numbers(enum dataset_kind kind);

/* The first n rows, augmented by the knobs; the caller releases it. */
struct batch augmentrig_batch(const struct dataset *ds, size_t n, uint64_t step, struct pool *pool);

#endif
