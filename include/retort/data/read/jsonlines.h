/* JSON: a table of objects, their keys the columns; one on each line, or a list of them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_JSONLINES_H
#define RETORT_DATA_READ_JSONLINES_H

#include <stdbool.h>

#include "retort/data/read/source.h"

#define JSONLINES_KEYS 4096 /* different keys in a file, at most */

/* Whether the bytes begin with an object, '{', or a list of objects, '[' and '{', after an optional
 * byte order mark and blanks. */
bool jsonlines_is(const char *bytes, size_t size);

/*
 * Call `visit` with row 0, the keys in the order of their first row, then with one row for each
 * object: of a line that is not blank; or, where the first does not end on its line or the file
 * begins with a bracket, of those that follow each other or that a list holds, over any number of
 * lines. A string is its text, a number its spelling in the file, true and false are words; null,
 * and a key that the object lacks, are empty: a missing cell. The whole file is checked before the
 * first call. Memory beside the file: the longest object.
 *
 * Refused, with line and column in bytes: what is not one JSON object, an object or array inside
 * it, a key twice in an object, more than JSONLINES_KEYS keys, NUL (also as \u0000), half a
 * surrogate pair, bytes that are not UTF-8. Refused too: more than 2^28 cells, or than one for each
 * byte of the file and 2^22 more, so that missing keys cannot take memory out of proportion.
 */
int jsonlines_rows(struct source *s, row_visit *visit, void *arg, struct err *e);

#endif
