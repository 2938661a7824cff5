/* The dialect of a table, found from its first lines. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_SNIFF_H
#define RETORT_DATA_READ_SNIFF_H

#include <stdbool.h>

#include "retort/data/read/source.h"

#define SNIFF_BYTES ((size_t)1 << 16) /* of a file that are looked at, at most */

/*
 * Set s->dialect, and s->form after it: what the options give, and for the rest what the first 100
 * lines show.
 *
 * Delimiter: a tab where the name ends in .tsv; else that of comma, semicolon, tab and bar by which
 * every line has the same number of cells, at least two; blanks where none does, no line has one
 * of them, and a column is numbers. Decimal comma and separators of thousands: where the delimiter
 * is no comma and cells show them. Quotes are off in tab-separated lines in which no cell is quoted
 * whole. Comments: lines with # at the top that have another number of cells than the rest.
 *
 * What differs from a plain CSV file is added to s->notes, and to s->rules if it was read otherwise
 * before. -1: the lines can be read in two ways; the error lists the options.
 *
 * bytes   [size] the beginning of the file, as UTF-8
 * whole   that is all of it
 */
int sniff_table(struct source *s, const char *bytes, size_t size, bool whole, struct err *e);

/* Whether an option gives a part of the dialect. */
bool sniff_is_given(const struct dialect *d);

/* Join the dialect of a source to the hash of its contents if an option gives a part of it. */
void sniff_join(const struct source *s, struct hash *h);

/* Append a description of the dialect: "semicolons between cells, decimal comma". */
void sniff_describe(const struct dialect *d, struct text *out);

#endif
