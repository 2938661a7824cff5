/* A batch: named typed arrays with rows in front, gathered from a dataset. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_BATCH_H
#define RETORT_DATA_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "retort/data/dataset.h"

enum batch_type { BATCH_F32, BATCH_I32, BATCH_U8 };

/* The arrays every batch has. */
enum batch_name {
	BATCH_INPUT, /* f32 [rows, features]; of no width for tokens */
	BATCH_IDS,   /* i32 [rows, length] token ids, -1 padding; of no width for numbers and images
		      */
	BATCH_LABEL, /* i32 [rows, labels] class, or -1; labels is 1, or length where the next token
			is to be told */
	BATCH_LABEL_WEIGHT, /* f32 [rows, labels] 1, or the weight of its set, where the label is to
			       be learned from; else 0 */
	BATCH_ROW_WEIGHT, /* f32 [rows] 1, or the weight of its set: of the row in the soft terms */
	BATCH_ROW,        /* i32 [rows] row of the dataset */
	BATCH_DRAW, /* i32 [rows] position within the batch's draw: an index for rng streams */
	BATCH_OTHER_LABEL, /* i32 [rows] class that the row was mixed with, or -1; of no width where
			      the next token is to be told */
	BATCH_LABEL_SHARE, /* f32 [rows] share of BATCH_LABEL, the other class has the rest; 1: it
			      was not mixed; as BATCH_OTHER_LABEL */
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
	bool augmented; /* rows are no longer those of the data set: see augment.h */
	void *storage;  /* one block for all arrays */
};

/* For rows of `ds`. 0, or -1 when there is no memory for the rows: the error says how much was
 * asked for. */
int batch_init(struct batch *b, size_t capacity, const struct dataset *ds, struct err *e);
void batch_release(struct batch *b);

/* Numbers in a row of one array. */
size_t batch_width(const struct batch *b, enum batch_name name);

float *batch_f32(const struct batch *b, enum batch_name name);   /* asserts the type */
int32_t *batch_i32(const struct batch *b, enum batch_name name); /* asserts the type */

/*
 * Gather rows into the batch.
 *
 * ds       x[n,d] or ids[n,length], y[n]; borrowed
 * rows     n_rows row numbers, each < ds->n; n_rows <= b->capacity
 * visible  [n] whose labels count; NULL: every label that is there
 *
 * Every row counts 1. Trainer thread. Cannot fail, allocates nothing.
 */
void batch_fill(struct batch *b, const struct dataset *ds, const uint32_t *rows, size_t n_rows,
		const uint8_t *visible);

/* Let rows that were gathered, and their labels, count what their sets do: weight [ds->n_sets or
 * 1]. Before any augmentation. */
void batch_weigh(struct batch *b, const struct dataset *ds, const double *weight);

#endif
