/* Images and their labels, each an IDX file, become a dataset. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_IMAGES_H
#define RETORT_DATA_READ_IMAGES_H

#include "retort/data/dataset.h"
#include "retort/data/read/idxfile.h"

/*
 * Rank 3 is [n, height, width] in one channel, rank 4 [n, height, width, channels]; rank 2 are
 * rows of numbers that are no images. Labels are whole numbers of rank 1, a negative one is none;
 * without `labels` no row has one. Refused: other ranks, labels that are no whole numbers, another
 * number of labels than of rows, and, unless they stand `beside` a set, fewer than DATASET_ROWS
 * rows and fewer than two classes. Copies. Leaves the hash to the caller.
 */
int images_make(const struct idxfile *rows, const struct idxfile *labels, bool beside,
		struct dataset **out, struct err *e);

/*
 * Where the labels of `path` lie by the usual naming: "images" becomes "labels" and idx2, idx3 or
 * idx4 becomes idx1 in the last part of it, with or without ".gz" behind. NULL with an error that
 * names what was looked for; the caller frees.
 */
char *images_labels_path(const char *path, struct err *e);

/* A dataset of the contents of an IDX file that lie in memory; the labels are read from
   o->labels_from or from where they lie by the usual naming, unless o->unlabelled. `path` is only
   looked at for that. Sets the hash. */
int images_read(const char *path, const char *bytes, size_t size, const struct dataset_options *o,
		struct dataset **out, struct err *e);

#endif
