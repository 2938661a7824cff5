/* Labels in a file of their own, beside a file of features or images. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_LABELS_H
#define RETORT_DATA_READ_LABELS_H

#include "retort/data/dataset.h"
#include "retort/data/read/array.h"

/*
 * Set the labels of the ds->n rows from an array with one element for each: integers, negative
 * where the label is missing; floats without a fraction, NaN where it is missing; or texts.
 * Refused: other shapes and numbers, and what classes_set_numbers and classes_add refuse.
 */
int labels_set(const struct array *labels, bool beside, struct dataset *ds, struct err *e);

/*
 * Set them from a file: an IDX or .npy array, or a table of one column with or without a header,
 * in the dialect of `o`, where commas stand between cells if it gives none; `o->task` applies to
 * both. Join the hash of its contents to ds->hash, and that of a dialect that is given. The error
 * begins with "labels-from" and the path.
 */
int labels_read(const char *path, const struct dataset_options *o, struct dataset *ds,
		struct err *e);

#endif
