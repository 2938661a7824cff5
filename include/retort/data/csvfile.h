/* CSV bytes become rows of text cells; the door to libcsv. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_CSVFILE_H
#define RETORT_DATA_CSVFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"

/*
 * A rectangular table of cells. Cell (row, column) is cell[row * columns + column], borrowed
 * from `bytes`. Row numbers in errors count lines of the file from 1.
 */
struct csvfile {
	size_t rows, columns;
	const char **cell; /* NUL-terminated; "" for an empty one */
	size_t *line;      /* [rows]: the line of the file on which a row starts, from 1 */
	char *bytes;       /* owned storage of all cells */
	bool named;        /* row 0 holds the names of the columns, whatever it looks like: the format has them */
	struct hash hash;  /* SHA-256 of the bytes that were parsed */
	size_t bad_line, bad_column; /* after an error: where, cells counted from 1; 0: of the whole file, or the whole line */
};

/*
 * Parse `size` bytes as comma-separated values with quotes (RFC 4180); lines end in LF, CRLF or
 * CR. Blanks around a cell that is not quoted are dropped. A UTF-8 byte order mark is skipped, a
 * line of nothing or of blanks is skipped. Refused: no rows, NUL bytes, UTF-16, quotes inside a
 * cell, quotes that never close, rows of different length ("row 3 (line 3): 4 cells, 5 expected as
 * in row 1"). `delimiter` is ',' or '\t'. *out needs no release after an error.
 */
int csvfile_parse(const char *bytes, size_t size, char delimiter, struct csvfile *out, struct err *e);

void csvfile_release(struct csvfile *t);

#endif
