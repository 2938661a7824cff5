/* Files become data sets, whatever their format. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_READ_H
#define RETORT_DATA_READ_READ_H

#include "retort/data/dataset.h"
#include "retort/data/read/source.h"

/*
 * Read a data set from a file, gzip'd or not, of at most 1 GiB inflated; a CSV table of numbers may
 * have any size (source.h). The kind of file: with `text` a table of texts, with `tokens` a text,
 * with `length` or `vocab` token ids; otherwise by its first bytes IDX images, a .npy array, or a
 * table of numbers. Tables are CSV, TSV by their name, or JSON lines by their first bytes.
 *
 * Refused: an option that the kind does not have, and what the reader of the kind refuses. The
 * error begins with the path. Main thread. The caller frees *out with dataset_free.
 */
int read_dataset(const char *path, const struct dataset_options *o, struct dataset **out,
		 struct err *e);

/* The same of contents in memory, bytes[size] and a NUL, as if they lay at `path`. The error does
 * not begin with the path. */
int read_bytes(const char *path, const char *bytes, size_t size, const struct dataset_options *o,
	       struct dataset **out, struct err *e);

/* Begin an error with the path of the file, unless it does already. Return `status`. */
int read_wrap(int status, const char *path, struct err *e);

#endif
