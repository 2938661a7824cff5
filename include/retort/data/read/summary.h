/* What a data set holds, told to people: columns, classes, missing cells, duplicates, hash. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_SUMMARY_H
#define RETORT_DATA_READ_SUMMARY_H

#include "retort/base/text.h"
#include "retort/data/dataset.h"

/*
 * Read a file as read_dataset does and add to `out` what it holds, a line for each thing:
 *   set rows [image|tokens] column* labels class* missing duplicate [held-out]* sha256
 * Of a table every column of the file has its kind: number (with its range, mean and spread),
 * category (with its words) or text, and how many cells are missing. A class has its rows and their
 * share. Rows are duplicates when they are alike as networks see them, whatever their label. A
 * class without a training row under `seed` is told.
 *
 * name   what the set is called; NULL: by its file
 * hash   where it is not NULL, in hex, what the hash must be: another one is refused, because the
 * file has changed
 */
int summary_file(const char *path, const char *name, const struct dataset_options *o, uint64_t seed,
		 const char *hash, struct text *out, struct err *e);

/* Classes that no training row has under `seed`, a line each, each beginning with `lead`. */
void summary_unseen(const struct dataset *ds, uint64_t seed, const char *lead, struct text *out);

#endif
