/* A file of data and how it is read: contents, format, and the columns of a table. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_SOURCE_H
#define RETORT_DATA_READ_SOURCE_H

#include "retort/base/filestamp.h"
#include "retort/base/hash.h"
#include "retort/base/text.h"
#include "retort/data/dataset.h"
#include "retort/data/number.h"
#include "retort/data/read/row.h"

/* Inflated size, in bytes, above which a CSV table of numbers is streamed and its features are
 * stored in a temporary mapped file. Default: 64 MiB; $RETORT_LARGE overrides it. */
#define SOURCE_LARGE ((size_t)64 << 20)

struct source {
	const char *path;                      /* borrowed */
	const struct dataset_options *options; /* borrowed */
	const char *bytes; /* [size] inflated contents and a NUL; NULL: streamed */
	size_t size;
	struct filestamp stamp; /* of the file when it was opened */
	char *storage;          /* owned: what `bytes` points to, if it was read from the file */
	struct hash hash;       /* SHA-256 of the inflated contents; set by source_rows */
	bool recoded;           /* `bytes` are in another encoding than the file; the hash is set */
	const char *encoding;   /* borrowed: that of the file, if it is not UTF-8 */

	/* Of the text of a table: set by its format before the first row. */
	struct dialect dialect;  /* resolved: none of its fields is to be found */
	struct number_form form; /* owned */
	struct text notes;       /* what was found out, a line each */
	rules_set rules;         /* that made a difference */

	size_t rows; /* of a table, without header; set by the format before its first row, 0:
			unknown */

	/* Columns of a table: set by source_rows before it hands over the first row. */
	bool header;    /* the columns have names */
	size_t columns; /* in the file */
	size_t label;   /* column of the labels; `columns`: none */
	size_t text;    /* column of the texts; `columns`: none */
	bool *left;     /* owned [columns]: columns that are no features */
	char **name;    /* owned [columns]: names of the columns; NULL: none */
};

/*
 * Read and inflate a file of at most 1 GiB. A CSV table of numbers larger than SOURCE_LARGE is not
 * read: its `bytes` are NULL, and source_rows streams it. `path` and `o` must outlive the source.
 * Return 0, or -1 with an error that begins with the path and nothing to release.
 */
int source_open(struct source *s, const char *path, const struct dataset_options *o, struct err *e);
void source_release(struct source *s);

/* Delimiter of the cells of a CSV table by its name: a tab if the path ends in .tsv or .tsv.gz,
 * else a comma. */
char source_delimiter(const char *path);

/* Size of the UTF-8 byte order mark that the bytes begin with: 3 or 0. */
size_t source_bom(const char *bytes, size_t size);

/* About the number of rows of a text table in memory, by the line ends at its beginning, and a
 * tenth more; 0: unknown. */
size_t source_guess_rows(const struct source *s);

/*
 * Call `visit` with every row of a table in file order, without its header, whatever the format:
 * .npy and JSON lines by their first bytes, otherwise CSV. The columns of the source are resolved
 * before the first call. Return 0, or -1 with an error: that of the format, of the resolution
 * (heading.h) or of `visit`.
 */
int source_rows(struct source *s, row_visit *visit, void *arg, struct err *e);

#endif
