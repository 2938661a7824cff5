/* Whether the first row of a table is the names of its columns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_HEADER_H
#define RETORT_DATA_READ_HEADER_H

#include <stdbool.h>

#include "retort/data/read/heading.h"

#define HEADER_ROWS 64                 /* rows that are looked at, at most */
#define HEADER_BYTES ((size_t)1 << 20) /* of their cells, at most */

/*
 * By the options, by a name that they give, or by a word above a number or a missing cell. Else, if
 * the other rows show it: by a first row of different names that no row below repeats, though their
 * labels repeat; numbers among these names must count up evenly, as 0, 1, 2 or years do.
 *
 * *found: it was shown by the other rows.
 */
bool header_is(const struct source *s, const struct heading *h, bool *found);

/* Whether more rows than two are needed to know. */
bool header_needs_rows(const struct source *s, const struct heading *h);

/* Whether the label of the first row is a word that comes in no other row: it may be a name. */
bool header_is_doubtful(const struct source *s, const struct heading *h);

#endif
