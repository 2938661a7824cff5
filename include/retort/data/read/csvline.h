/* Lines of a table as text: their ends, and blanks between cells. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_CSVLINE_H
#define RETORT_DATA_READ_CSVLINE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Length of the line at `p` with its LF, CRLF or CR, or up to `end`; *ended: it has a line end.
 * *blank stays true if the line has only blanks. *lf is the first LF from `p` on, or `end`: cached
 * from line to line, because a file with CRs alone would be searched to its end for each of them.
 */
size_t csvline_length(const char *p, const char *end, const char **lf, bool *blank, bool *ended);

/* State between the parts of a line, and the line that results. Zero at first. */
struct csvline_squeezer {
	char *line; /* owned [cap] */
	size_t cap;
	bool quoted, within, blank; /* in quotes; in a line; after a blank in it */
};

/* Copy part of a line to q->line with one blank in the place of several, none at its ends. Return
 * the length. `quotes`: blanks within double quotes remain. */
size_t csvline_squeeze(struct csvline_squeezer *q, bool quotes, const char *p, size_t len);

#endif
