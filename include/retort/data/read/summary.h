/* A summary of a data set for display: columns, classes, missing cells, duplicates, hash. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_SUMMARY_H
#define RETORT_DATA_READ_SUMMARY_H

#include "retort/base/text.h"
#include "retort/data/dataset.h"

/*
 * Read a file and append its summary to `out`, one line for each item:
 *   set rows [image|tokens] column* labels class* missing duplicate [held-out]* sha256
 * Each column of a table is a number (with range, mean and standard deviation), a category (with
 * its number of words) or text, with its missing cells. A class has its rows and their share. Rows
 * are duplicates if their features or ids are equal, whatever their labels. A class without a
 * training row under `seed` has a line.
 *
 * name   of the set; NULL: that of its file
 * hash   expected hash in hex; NULL: any. Another one is refused: the file has changed.
 */
int summary_file(const char *path, const char *name, const struct dataset_options *o, uint64_t seed,
		 const char *hash, struct text *out, struct err *e);

/* Append a line, beginning with `lead`, for each class without a training row under `seed`. */
void summary_unseen(const struct dataset *ds, uint64_t seed, const char *lead, struct text *out);

#endif
