/* A table of numbers or of texts becomes a data set, in one pass over its rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_TABLE_H
#define RETORT_DATA_READ_TABLE_H

#include "retort/data/read/source.h"

/*
 * Make a data set of the columns of a table that are not left out: numbers and categories, or with
 * `height` the pixels of images. Features lie in memory, or, if the source is streamed, in a
 * temporary mapped file, with the same bits. While rows are read a word of a category is stored as
 * its index; words are spread out to one feature each at the end. A missing cell is empty, "NA",
 * "?" or "-" after trimming.
 *
 * Refused, with row, line and column in the message: what features.h, classes.h and heading.h
 * refuse; fewer rows than table_enough accepts; more than INT32_MAX rows. Of several faults the
 * first in the file is reported.
 *
 * table_numbers makes the labels from the label column, table_features none: its y is NULL.
 */
int table_numbers(struct source *s, struct dataset **out, struct err *e);
int table_features(struct source *s, struct dataset **out, struct err *e);

/* Make a data set of one text and one label in each row: tokenized by options->tokens. Refused:
 * the same faults of a table, and what corpus_texts refuses. */
int table_texts(struct source *s, struct dataset **out, struct err *e);

/* Check that there are enough rows: DATASET_ROWS, or 1 in a set beside the data. */
int table_enough(size_t rows, const struct dataset_options *o, struct err *e);

#endif
