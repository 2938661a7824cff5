/* CSV bytes become rows of text cells; the door to libcsv. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_CSVFILE_H
#define RETORT_DATA_READ_CSVFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/base/stream.h"

/*
 * A rectangular table of cells. Cell (row, column) is cell[row * columns + column], borrowed
 * from `bytes`. Row numbers in errors count lines of the file from 1.
 */
struct csvfile {
	size_t rows, columns;
	const char **cell; /* NUL-terminated; "" for an empty one */
	size_t *line;      /* [rows]: the line of the file on which a row starts, from 1 */
	char *bytes;       /* owned storage of all cells */
	bool named; /* row 0 holds the names of the columns, whatever it looks like: the format has
		       them */
	struct hash hash;            /* SHA-256 of the bytes that were parsed */
	size_t bad_line, bad_column; /* after an error: where, cells counted from 1; 0: of the whole
					file, or the whole line */
};

/*
 * Parse `size` bytes as comma-separated values with quotes (RFC 4180); lines end in LF, CRLF or
 * CR. Blanks around a cell that is not quoted are dropped. A UTF-8 byte order mark is skipped, a
 * line of nothing or of blanks is skipped. Refused: no rows, NUL bytes, UTF-16, quotes inside a
 * cell, quotes that never close, rows of different length ("row 3 (line 3): 4 cells, 5 expected as
 * in row 1"). `delimiter` is ',' or '\t'. *out needs no release after an error.
 */
int csvfile_parse(const char *bytes, size_t size, char delimiter, struct csvfile *out,
		  struct err *e);

/* One row while the others are not in memory. */
struct csvfile_row {
	const char *const *cell; /* [columns] NUL-terminated, until the visit returns */
	size_t columns;
	size_t row, line; /* from 1 */
};

typedef int csvfile_visit(void *arg, const struct csvfile_row *row, struct err *e);

#define CSVFILE_ROW ((size_t)128 << 20) /* bytes of a row */
#define CSVFILE_COLUMNS (1 << 20)

/*
 * The same rows one after the other, in memory for the longest of them alone; `visit` may refuse
 * one with -1 and an error. Refused too: a row of more than CSVFILE_ROW bytes (quotes that never
 * close would take the whole file), or of more than CSVFILE_COLUMNS cells. An error of the file
 * itself names its path, the others do not.
 */
int csvfile_walk(struct stream *in, char delimiter, csvfile_visit *visit, void *arg, struct err *e);

void csvfile_release(struct csvfile *t);

#endif
