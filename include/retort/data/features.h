/* Cells of a table become features: numbers as they are, a category as one feature for each of its words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_FEATURES_H
#define RETORT_DATA_FEATURES_H

#include "retort/data/csvfile.h"
#include "retort/data/dataset.h"

#define FEATURES_WORDS 256 /* different words of a category, at most */

/*
 * Set d, column, word, x and missing of `ds` from the columns of a table but `label`; row `first` of the table is row 0 of ds, which has
 * n. A column is a category when it has words and no number: "hue=blue" and "hue=red", in bytewise order, are 1 where the cell is that word and
 * else 0. A missing cell is NaN, in all features of its column.
 * Refused, with row, line and column in the message: a word in a column that has numbers too, what is no finite number, more than
 * FEATURES_WORDS different words, a word longer than a cell of classes.h.
 */
int features_make(const struct csvfile *t, size_t first, size_t label, struct dataset *ds, struct err *e);

#endif
