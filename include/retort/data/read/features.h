/* Cells of a table become features: numbers as they are, a category as one feature for each of its
 * words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_FEATURES_H
#define RETORT_DATA_READ_FEATURES_H

#include "retort/data/read/csvfile.h"
#include "retort/data/dataset.h"

#define FEATURES_WORDS 256 /* different words of a category, at most */

/*
 * Set d, column, word, x and missing of `ds` from the columns of a table that are not left out; row
 * `first` of the table is row 0 of ds, which has n. A column is a category when it has words and no
 * number: "hue=blue" and "hue=red", in bytewise order, are 1 where the cell is that word and else
 * 0. A missing cell is NaN, in all features of its column. Refused, with row, line and column in
 * the message: a word in a column that has numbers too, what is no finite number, more than
 * FEATURES_WORDS different words, a word longer than a cell of classes.h.
 */
#define FEATURES_NUMBER "is not a finite number"
#define FEATURES_LONG "... is too long for a word of a category; texts are read with text COLUMN"
#define FEATURES_MANY "is one word more than the 256 that a category may have"
int features_make(const struct csvfile *t, size_t first, const bool *left, struct dataset *ds,
		  struct err *e);

/* The same piece by piece, for tables of which one row is in memory (streamed.c). What a column
 * becomes: a number without words. */
struct features_plan {
	char **word; /* [n_words] of a category, owned; sorted by features_sort */
	size_t n_words, cap;
};

/* Where a word stands, n_words where it does not; add it behind the last. */
size_t features_place(const struct features_plan *p, const char *word);
void features_add(struct features_plan *p, const char *word);
void features_sort(struct features_plan *p);
void features_forget(struct features_plan *p);

/* A cell of a column of numbers: NaN, and counted, where there is none. -1: it is no finite number.
 */
int features_number(const char *word, size_t *missing, float *out);

/* The n_words features of word `at`; all NaN for n_words. */
void features_spread(const struct features_plan *p, size_t at, float *out);

/* ds->column for ds->d features of those of `columns` columns that are not left out; header NULL:
 * there are no names. */
void features_name(const char *const *header, size_t columns, const bool *left,
		   const struct features_plan *plan, struct dataset *ds);

/* "row 5 (line 6), column 3 'age': 'old' is not a finite number": `c` from 0, the others from 1;
 * name NULL: x and its number. */
int features_bad_cell(const char *name, size_t c, size_t row, size_t line, const char *word,
		      const char *what, struct err *e);

#endif
