/* x[n,d] and y[n]: what networks learn from, made of a table of text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_DATASET_H
#define RETORT_DATA_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/data/csvfile.h"

#define DATASET_CLASSES 1000 /* more classes than this is a column of numbers, not of labels */

enum dataset_header { DATASET_HEADER_AUTO, DATASET_HEADER_YES, DATASET_HEADER_NO };

struct dataset_options {
	const char *label;          /* column name or number from 1; NULL: the last column */
	enum dataset_header header; /* AUTO: yes when some cell of row 1 is no number while the same column's cell in row 2 is one or missing */
};

enum dataset_kind { DATASET_NUMBERS, DATASET_IMAGE, DATASET_TOKENS };

struct dataset {
	char name[64];      /* file name without folder and ending */
	enum dataset_kind kind;
	size_t n, d;        /* rows, features; tokens: d is length */
	size_t height, width, channels; /* DATASET_IMAGE: d = height * width * channels, a row is [height, width, channels] */
	size_t length;      /* DATASET_TOKENS: ids in a row */
	size_t vocab;       /* DATASET_TOKENS: ids are 0..vocab-1, -1 is padding */
	int32_t *ids;       /* [n,length]; with next_token one more at the very end: the label of position t of row r is
	                       ids[r * length + t + 1] */
	bool next_token;    /* the label of every position is the token after it; classes is vocab, class_name NULL, y all 0 */
	char **token_name;  /* [vocab] or NULL */
	int classes;        /* >= 2 */
	float *x;           /* [n,d], NULL for tokens; a missing cell is NaN until scale_apply puts the mean there */
	int32_t *y;         /* [n] class from 0; -1 where the label cell is missing */
	char **column;      /* [d] feature names: from the header, or "x1", "x2" ... */
	char **class_name;  /* [classes] in natural order: numbers ascending, else bytewise */
	size_t missing;     /* cells without a value, labels not counted */
	size_t unlabelled;  /* rows without a label */
	struct hash hash;   /* SHA-256 of the file's bytes */
};

/*
 * Make a dataset of a parsed table. A missing cell is empty, "NA", "?" or "-" after trimming
 * blanks. Refused, with row, line and column in the message: a feature that is no finite number
 * ("row 5 (line 6), column 3 'age': 'abc' is not a number"), also nan and inf; a label column
 * that is not there; fewer than two classes; more than DATASET_CLASSES; no feature column; fewer than 10 rows.
 */
int dataset_from_table(const struct csvfile *t, const struct dataset_options *o, struct dataset **out, struct err *e);

/* Read, parse, hash and name it. The error starts with the path. Main thread. */
int dataset_read(const char *path, const struct dataset_options *o, struct dataset **out, struct err *e);

/*
 * The path of a bundled set ("digits" is digits.csv), looked for in $RETORT_DATADIR, in the
 * source tree this binary was built in or from, then in the installed data directory.
 * NULL with an error that lists where it looked. Caller frees.
 */
char *dataset_bundled(const char *name, struct err *e);

/* Name of bundled set i, NULL past the last. */
const char *dataset_bundled_name(size_t i);

void dataset_free(struct dataset *ds);

#endif
