/* JSON lines become a table: an object on each line, its keys the columns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_JSONLINES_H
#define RETORT_DATA_READ_JSONLINES_H

#include <stdbool.h>

#include "retort/data/read/csvfile.h"

#define JSONLINES_KEYS 4096 /* different keys in a file, at most */

bool jsonlines_is(const char *bytes,
		  size_t size); /* begins with an object: '{' behind a byte order mark and blanks */

/*
 * Row 0 of the table holds the keys in the order in which they come first; row r the values of line
 * r-1 that has something on it. A string is its text, a number what stands there, true and false
 * are words; null, and a key that a line lacks, are empty: a missing cell. Refused, with line and
 * column in bytes: what is no JSON object, an object or list inside, a key twice in a line, more
 * than JSONLINES_KEYS keys, NUL (\u0000 too), half a surrogate pair, bytes that are no UTF-8, a
 * table of more cells than `size` allows for. *out needs no release after an error.
 */
int jsonlines_parse(const char *bytes, size_t size, struct csvfile *out, struct err *e);

#endif
