/* Match the columns of one table to those of another by name. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_COLUMNS_H
#define RETORT_DATA_COLUMNS_H

#include "retort/data/dataset.h"

/*
 * Rearrange the features of `more`, not yet scaled, to be those of `ds` in the same order. Words of
 * a category nearly always differ between two tables: a word that `ds` lacks is 0 in all of its
 * words, and a note tells how many rows have it; a column without any cell in `more` is missing,
 * NaN. Nothing is done if either set has no column names. Time is O(d) if the order is the same.
 * Refused, with nothing changed: a column that only one of them has, a column that is a number in
 * one and a category in the other, two columns of one name.
 */
int columns_match(const struct dataset *ds, struct dataset *more, struct err *e);

/* Number of features of the column that begins at feature i: 1, or the words of a category. Any
 * thread. */
size_t columns_width(const struct dataset *ds, size_t i);

#endif
