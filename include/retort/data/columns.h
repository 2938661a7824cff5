/* The columns of one table found in another, by their names. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_COLUMNS_H
#define RETORT_DATA_COLUMNS_H

#include "retort/data/dataset.h"

/*
 * Rearrange the features of `more`, not yet scaled, to be those of `ds`, in the same order. Two
 * tables of one kind seldom have their columns in another order, but nearly always other words in a
 * category: a word that `ds` does not have is none of its words, 0 in all of them; a column of
 * which `more` has no cell at all is missing, NaN. Nothing is done where either has no names of
 * columns. Refused, with nothing changed: a column that only one of them has, or that is a number
 * in one and a category in the other; two of one name. Time d as long as the order is the same.
 */
int columns_match(const struct dataset *ds, struct dataset *more, struct err *e);

/* How many features the column has that begins at feature i: one, or one for each word of a
 * category. Any thread. */
size_t columns_width(const struct dataset *ds, size_t i);

#endif
