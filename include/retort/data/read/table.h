/* A parsed table becomes a data set: header, label, columns that are left out. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_TABLE_H
#define RETORT_DATA_READ_TABLE_H

#include "retort/data/dataset.h"
#include "retort/data/read/csvfile.h"

/*
 * Make a dataset of a parsed table: numbers, with `height` the pixels of images, or with `text` and
 * `tokens` a class for each text. A missing cell is empty, "NA", "?" or "-" after trimming blanks;
 * a text is never missing. Refused, with row, line and column in the message: what features_make
 * refuses, a label column that is not there; fewer than two classes; more than DATASET_CLASSES; no
 * feature column; fewer than DATASET_ROWS rows; what corpus_texts refuses. `beside` asks for one
 * row and no class.
 */
int table_make(const struct csvfile *t, const struct dataset_options *o, struct dataset **out,
	       struct err *e);

/* The first row of a table names its columns, or is said to. */
bool table_has_header(const struct csvfile *t, const struct dataset_options *o);

/* A column by its name in the header, or by its number from 1. The error calls it `what`. */
int table_column(const struct csvfile *t, const char *what, const char *column, bool header,
		 size_t *out, struct err *e);

/*
 * Which columns are no features: *left[columns], the caller's to mem_free, is true of `label` and
 * of what o->without names; of a set beside the data what is not there is left out already.
 * Refused: a column that is not there, or none that is left.
 */
struct hash table_hash_left(const struct hash *h, const bool *left,
			    size_t columns); /* of the data without them */
int table_left(const struct csvfile *t, const struct dataset_options *o, bool header, size_t label,
	       bool **left, struct err *e);
/* Which column has the labels, of a table with at least one row: unless it is said, the last that
 * is neither text nor left out; t->columns where there are none. `text` is the column of texts, if
 * `o` has one. */
int table_label(const struct csvfile *t, const struct dataset_options *o, bool header, size_t text,
		size_t *label, struct err *e);

/* As many rows as a set needs. */
int table_enough(size_t rows, const struct dataset_options *o, struct err *e);

/* The features of `ds` are the pixels that `o` says: its hash says so too, because networks see
 * them otherwise. */
int table_pixels(const struct dataset_options *o, struct dataset *ds, struct err *e);

/* What stands between the cells of a table: a tab where its name ends in .tsv or .tsv.gz, else a
 * comma. */
char table_delimiter(const char *path);

/* A row of a table that is no header; `head` holds at least the first two of the file, `header`
 * says that the first names the columns. */
typedef int table_visit(void *arg, const struct csvfile *head, bool header,
			const struct csvfile_row *row, struct err *e);

#endif
