/* Images and their labels, each an IDX file, become a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_IMAGES_H
#define RETORT_DATA_READ_IMAGES_H

#include "retort/data/dataset.h"
#include "retort/data/read/array.h"

/*
 * Make a data set from an array [n, height, width] (one channel), [n, height, width, channels], or
 * [n, features], which are numbers and not images. Copies; the caller sets labels and hash.
 * Refused: other ranks, texts, a number that is not finite as a float, fewer than DATASET_ROWS rows
 * (1 if `beside`).
 */
int images_make(const struct array *rows, bool beside, struct dataset **out, struct err *e);

/* Check that images do not have their channels first, as PyTorch stores them: 1, 3 or 4 in the
 * second dimension and another number in the last. */
int images_channels_last(const struct array *rows, struct err *e);

/*
 * Path of the labels of `path` by the usual naming: in its last part "images" becomes "labels", and
 * idx2, idx3 or idx4 becomes idx1, with or without ".gz" at the end. NULL with an error that gives
 * the names that were tried; the caller frees it.
 */
char *images_labels_path(const char *path, struct err *e);

/* Make a data set from the contents of an IDX file. Labels are read from o->labels_from, default:
   images_labels_path(path), unless o->unlabelled. Sets the hash. */
int images_read(const char *path, const char *bytes, size_t size, const struct dataset_options *o,
		struct dataset **out, struct err *e);

#endif
