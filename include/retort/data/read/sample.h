/* The first lines of a table, cut into cells by one delimiter or another. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_SAMPLE_H
#define RETORT_DATA_READ_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/data/dialect.h"

#define SAMPLE_LINES 100
#define SAMPLE_CELL 64 /* bytes of a cell that are looked at, with a NUL */

/* Lines of the table; a quoted cell may extend over several of the file. */
struct sample {
	const char *line[SAMPLE_LINES]; /* borrowed from the file */
	size_t len[SAMPLE_LINES], n;
	bool quotes; /* double quotes enclose cells */
};

/* Collect lines that are not blank and no comment; the last only if the file ends with it: `whole`.
 */
void sample_collect(struct sample *s, const char *p, size_t size, bool whole,
		    const struct dialect *d);

/* The cell that begins at *p, without its quotes, into cell[SAMPLE_CELL]; *p moves behind its
 * delimiter. False: the line, up to `end`, has ended before it. */
bool sample_next(const struct sample *s, const char **p, const char *end, char delimiter,
		 char *cell);

/* Cells of a line. */
size_t sample_count(const struct sample *s, size_t line, char delimiter);

/* Cells of each line from `from` on, if they are as many in all of them and at least two; else 0.
 */
size_t sample_common(const struct sample *s, size_t from, char delimiter);

#endif
