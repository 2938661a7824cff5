/* A batch: named, typed arrays with one row for each row that was gathered from a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_BATCH_H
#define RETORT_DATA_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "retort/data/dataset.h"

enum batch_type { BATCH_F32, BATCH_I32, BATCH_U8 };

/* Arrays of every batch. `labels` is 1, or `length` if the next token is the label. */
enum batch_name {
	BATCH_INPUT,        /* f32 [rows, features]; width 0 for tokens */
	BATCH_IDS,          /* i32 [rows, length] token ids, -1 padding; width 0 unless tokens */
	BATCH_LABEL,        /* i32 [rows, labels] class, or -1 */
	BATCH_LABEL_WEIGHT, /* f32 [rows, labels] weight of the label in the loss: that of its set
			       (default 1), or 0 if the label is missing or hidden */
	BATCH_ROW_WEIGHT,   /* f32 [rows] weight of the row in the soft terms: that of its set */
	BATCH_ROW,          /* i32 [rows] row of the data set */
	BATCH_DRAW,         /* i32 [rows] position in the batch: an index for random streams */
	BATCH_OTHER_LABEL,  /* i32 [rows] class that the row was mixed with, or -1; width 0 if the
			       next token is the label */
	BATCH_LABEL_SHARE,  /* f32 [rows] share of BATCH_LABEL, 1 if not mixed; the other class has
			       the rest. Width as BATCH_OTHER_LABEL */
	BATCH_ARRAYS,
};

struct batch_array {
	const char *name; /* "input", "label" ... */
	enum batch_type type;
	size_t width; /* numbers in a row */
	void *data;   /* [capacity, width] owned by the batch */
};

struct batch {
	size_t capacity; /* rows there is room for */
	size_t rows;     /* rows filled */
	struct batch_array array[BATCH_ARRAYS];
	bool augmented; /* rows differ from those of the data set: see augment.h */
	void *storage;  /* one block for all arrays */
};

/* Allocate a batch for rows of `ds`. 0, or -1 without memory; the error gives the size. */
int batch_init(struct batch *b, size_t capacity, const struct dataset *ds, struct err *e);
void batch_release(struct batch *b);

/* Numbers in a row of an array. */
size_t batch_width(const struct batch *b, enum batch_name name);

float *batch_f32(const struct batch *b, enum batch_name name);   /* asserts the type */
int32_t *batch_i32(const struct batch *b, enum batch_name name); /* asserts the type */

/*
 * Gather rows into the batch, each with weight 1.
 *
 * ds       x[n,d] or ids[n,length], y[n]; borrowed
 * rows     n_rows row numbers, each < ds->n; n_rows <= b->capacity
 * visible  [n] rows whose label counts; NULL: every row that has one
 *
 * Trainer thread. Cannot fail, allocates nothing.
 */
void batch_fill(struct batch *b, const struct dataset *ds, const uint32_t *rows, size_t n_rows,
		const uint8_t *visible);

/* Multiply the weights of gathered rows and of their labels by those of their sets, weight
 * [ds->n_sets or 1]. Call before any augmentation. */
void batch_weigh(struct batch *b, const struct dataset *ds, const double *weight);

#endif
