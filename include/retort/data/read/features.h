/* Cells of a table become features: a number as it is, a category as one feature for each word. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_FEATURES_H
#define RETORT_DATA_READ_FEATURES_H

#include "retort/data/dataset.h"
#include "retort/data/read/source.h"

#define FEATURES_WORDS 256   /* different words of a category, at most */
#define FEATURES_LIMIT 1e150 /* of a number: the squares of all rows have a finite sum */

/* A column as far as it has been read. It is a category if it has words and no number. */
struct features_column {
	enum number_kind kind; /* NUMBER_NONE: no number yet */
	size_t row, line;      /* of its first word, from 1 */
	char **word; /* owned [n_words], in the order of their first row until features_settle
			sorts them bytewise */
	size_t n_words, cap;
	size_t *sorted; /* owned [n_words]: position of each word after sorting */
};

struct features {
	const struct source *source;    /* borrowed */
	struct features_column *column; /* owned [source->columns] */
	size_t width;                   /* columns that are features */
	size_t missing;                 /* cells without a value */
	rules_set rules;                /* of reading cells that made a difference */
	bool numbers;                   /* rows were numbers, not text: columns have no names */
};

/* For the resolved columns of a source. */
void features_init(struct features *f, const struct source *s);
void features_release(struct features *f);

/*
 * Convert one row: [width] numbers, NaN for a missing cell, or indices of words. They are written
 * to room[width], or those of the row itself are returned. NULL with an error where one is refused,
 * with row, line and column in the message: a word in a column that also has numbers, two of
 * numbers, percentages and dates in a column, a word that is an amount (number.h) or no UTF-8, a
 * number beyond +-FEATURES_LIMIT, more than FEATURES_WORDS different words, a word longer
 * than a cell of classes.h.
 */
const double *features_row(struct features *f, const struct row *row, double *room, struct err *e);

/* After the last row: sort the words. Return the number of features, d. */
size_t features_settle(struct features *f);

/* Whether any column is a category, so that rows have to be spread. */
bool features_has_words(const struct features *f);

/* Spread a row in[width] to out[d]: for a category 1 at its word, 0 at the others, or NaN at all of
 * them if the cell is missing. `features`: a struct features; for cells_take. */
void features_spread(const void *features, const double *in, double *out);

/* Set column and word of `ds`, whose d is set, unless the source is a table of numbers. */
void features_name(const struct features *f, struct dataset *ds);

#endif
