/* Files become data sets, whatever their format. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_READ_H
#define RETORT_DATA_READ_READ_H

#include "retort/data/dataset.h"
#include "retort/data/read/table.h"

#define READ_LARGE                                                                                 \
	((size_t)64 << 20) /* bytes of a table of numbers, inflated, beyond which its features lie \
			      in a file */

/*
 * Read, parse, hash and name a file, gzip'd or not, of at most 1 GiB when inflated; a table of
 * numbers that has more than READ_LARGE bytes, or than $RETORT_LARGE says, is streamed instead
 * (streamed.h) and may have any size. What it is: with `tokens` a text, or with `text` a table of
 * texts; with `length` token ids; else images when it begins like an IDX file, features when like a
 * .npy file, and a table of numbers otherwise: JSON lines when it begins with a brace, else with
 * tabs if its name ends in .tsv. An option that the kind does not know is refused. The error starts
 * with the path. Main thread.
 */
int read_dataset(const char *path, const struct dataset_options *o, struct dataset **out,
		 struct err *e);

/* Every row of the table that read_dataset would read, in order, whatever its size. The error
 * starts with the path. */
int read_rows(const char *path, const struct dataset_options *o, table_visit *visit, void *arg,
	      struct err *e);

#endif
