/* A table of numbers that is too large for memory: read in one pass, its features in a file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_TABLE_STREAM_H
#define RETORT_DATA_READ_TABLE_STREAM_H

#include "retort/data/read/csvfile.h"
#include "retort/data/dataset.h"
#include "retort/data/read/table.h"

/*
 * Every row of the table but its header, in order, as csvfile_walk reads it. *hash, unless it is
 * NULL, gets the SHA-256 of the contents. The error starts with the path. Main thread.
 */
int table_stream_rows(const char *path, const struct dataset_options *o, table_visit *visit,
		      void *arg, struct hash *hash, struct err *e);

/*
 * The data set that table_make makes of the table, to the bit, in one pass: x lies in a
 * spill (spill.h), labels and words of categories in memory. While it reads, a word of a category
 * stands there as its number; where there are categories they are spread out in place at the end,
 * from the last row to the first, so that nothing is there twice. Refused is the same, but of
 * several faults the first in the file is told. At most INT32_MAX rows.
 */
int table_stream_read(const char *path, const struct dataset_options *o, struct dataset **out,
		      struct err *e);

#endif
