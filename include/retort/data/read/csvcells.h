/* Cells of one row of a table of text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_CSVCELLS_H
#define RETORT_DATA_READ_CSVCELLS_H

#include <stddef.h>

/* The buffers are reused from row to row. Zero at first. One thread at a time. */
struct csvcells {
	const char **cell; /* owned [cap_cells]; set by csvcells_get */
	size_t *at;        /* owned [cap_at]: offsets of the cells in `bytes` */
	size_t cap_cells, cap_at;
	char *bytes; /* owned [cap]: cells, each with a NUL behind it */
	size_t n;    /* cells */
	size_t used, cap;
};

/* Append a copy of a cell. */
void csvcells_add(struct csvcells *c, const char *s, size_t len);

/*
 * Cut a whole line, without its end, into cells, as libcsv does where there are no quotes: blanks
 * around a cell are left out. The line has no quote that means anything, no line end and something
 * that is no blank; `delimiter` is no blank but may be a tab. `c` has no cells before. Returns -1
 * and leaves `c` without cells if there are more than `most`.
 */
int csvcells_split(struct csvcells *c, const char *line, size_t len, char delimiter, size_t most);

/* The cells; valid until the next change. */
const char *const *csvcells_get(struct csvcells *c);

/* Remove the cells, and keep the buffers. */
void csvcells_clear(struct csvcells *c);

void csvcells_release(struct csvcells *c);

#endif
