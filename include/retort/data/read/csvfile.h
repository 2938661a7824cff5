/* CSV and TSV files, a row at a time or whole; the only user of libcsv. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_CSVFILE_H
#define RETORT_DATA_READ_CSVFILE_H

#include <stddef.h>

#include "retort/base/err.h"
#include "retort/data/read/row.h"
#include "retort/data/read/source.h"

#define CSVFILE_ROW ((size_t)128 << 20) /* bytes of a row in a streamed file, at most */
#define CSVFILE_COLUMNS (1 << 20)       /* cells of a row in a streamed file, at most */

/*
 * Call `visit` with each row of a source: comma- or tab-separated values with quotes (RFC 4180);
 * lines end in LF, CRLF or CR. Blanks around an unquoted cell are dropped. A UTF-8 byte order mark
 * is skipped, and so is a line that is empty or blank. Memory: the longest row.
 *
 * Refused: no rows, NUL bytes, UTF-16, quotes inside a cell, quotes that never close, rows of
 * different length ("row 3 (line 3): 4 cells, 5 expected as in row 1"); in a streamed file a row
 * of more than CSVFILE_ROW bytes or CSVFILE_COLUMNS cells. Sets s->hash if the source is streamed.
 */
int csvfile_rows(struct source *s, row_visit *visit, void *arg, struct err *e);

/* A whole table in memory. Cell (row, column) is cell[row * columns + column]. */
struct csvfile {
	size_t rows, columns;
	const char **cell; /* NUL-terminated, in `bytes`; "" if empty */
	size_t *line;      /* [rows] line of the file on which a row begins, from 1 */
	char *bytes;       /* owned storage of all cells */
	size_t bad_line;   /* after an error: its line; 0: the whole file */
	size_t bad_column; /* after an error: its cell, from 1; 0: the whole line */
};

/*
 * Parse `size` bytes as csvfile_rows does. `delimiter` is ',' or '\t'. After an error *out has only
 * bad_line and bad_column, and needs no release.
 */
int csvfile_parse(const char *bytes, size_t size, char delimiter, struct csvfile *out,
		  struct err *e);
void csvfile_release(struct csvfile *t);

#endif
