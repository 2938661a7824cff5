/* Labels in a file of their own, beside a file of features or images. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_LABELS_H
#define RETORT_DATA_READ_LABELS_H

#include "retort/data/dataset.h"
#include "retort/data/read/array.h"

#define LABELS_LIMIT ((size_t)1 << 28) /* bytes of a file of labels, inflated */

/*
 * Set the labels of the ds->n rows from an array with one element for each: integers, negative
 * where the label is missing; floats without a fraction, NaN where it is missing; or texts.
 * Refused: other shapes and numbers, and what classes_set_numbers and classes_add refuse.
 */
int labels_set(const struct array *labels, bool beside, struct dataset *ds, struct err *e);

/* Set them from a file: an IDX or .npy array, or a table of one column with or without a header.
 * Join the hash of its contents to ds->hash. The error begins with "labels-from" and the path. */
int labels_read(const char *path, bool beside, struct dataset *ds, struct err *e);

#endif
