/* Images and their labels, each an IDX file, become a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_IMAGES_H
#define RETORT_DATA_READ_IMAGES_H

#include "retort/data/dataset.h"
#include "retort/data/read/idxfile.h"

/*
 * Make a data set from an array [n, height, width] (one channel), [n, height, width, channels], or
 * [n, features], which are numbers and not images. `labels` NULL: no row has a label. Copies; the
 * caller sets the hash. Refused: other ranks, fewer than DATASET_ROWS rows (1 if `beside`), and
 * what labels_set refuses.
 */
int images_make(const struct idxfile *rows, const struct idxfile *labels, bool beside,
		struct dataset **out, struct err *e);

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
