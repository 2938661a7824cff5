/* Features in a .npy file, with their labels beside them, become a dataset. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_ARRAYS_H
#define RETORT_DATA_READ_ARRAYS_H

#include "retort/data/dataset.h"

/*
 * A dataset of the contents of a .npy file [n,d] that lie in memory; a number that is none (NaN) is
 * a missing cell. The labels are those of o->labels_from: an IDX file of whole numbers, or a table
 * of one column, with a header or without. The hash joins both. Refused: neither labels_from nor
 * unlabelled, another number of labels than of rows, infinite numbers with their place, what
 * npyfile_parse and classes_set refuse.
 */
int arrays_read(const char *bytes, size_t size, const struct dataset_options *o,
		struct dataset **out, struct err *e);

#endif
