/* JSON lines: a table with one object on each line, its keys the columns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_JSONLINES_H
#define RETORT_DATA_READ_JSONLINES_H

#include <stdbool.h>

#include "retort/data/read/source.h"

#define JSONLINES_KEYS 4096 /* different keys in a file, at most */

/* Whether the bytes begin with an object: '{' after an optional byte order mark and blanks. */
bool jsonlines_is(const char *bytes, size_t size);

/*
 * Call `visit` with row 0, the keys in the order of their first line, then with one row for each
 * line that is not blank. A string is its text, a number its spelling in the file, true and false
 * are words; null, and a key that the line lacks, are empty: a missing cell. The whole file is
 * checked before the first call. Memory beside the file: the longest line.
 *
 * Refused, with line and column in bytes: what is not one JSON object, an object or array inside
 * it, a key twice in a line, more than JSONLINES_KEYS keys, NUL (also as \u0000), half a surrogate
 * pair, bytes that are not UTF-8. Refused too: more than 2^28 cells.
 */
int jsonlines_rows(struct source *s, row_visit *visit, void *arg, struct err *e);

#endif
