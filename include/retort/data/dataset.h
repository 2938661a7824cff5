/* A data set: features or token ids, and labels. Files are read by data/read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_DATASET_H
#define RETORT_DATA_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/base/tmpmap.h"
#include "retort/data/dialect.h"
#include "retort/data/rules.h"
#include "retort/data/text/tokenizer.h"

#define DATASET_CLASSES 1000          /* with more, a column is of numbers, not of labels */
#define DATASET_ROWS 10               /* rows of a data set, at least: fewer cannot be split */
#define DATASET_LENGTH 65536          /* tokens in a row, at most */
#define DATASET_VOCAB (1 << 20)       /* token ids, at most */
#define DATASET_IDS ((size_t)1 << 30) /* ids of all rows, at most: 4 GiB */

struct encoding;

enum dataset_task { DATASET_TASK_ASK, DATASET_TASK_CLASSES, DATASET_TASK_REGRESSION };
enum dataset_header { DATASET_HEADER_AUTO, DATASET_HEADER_YES, DATASET_HEADER_NO };

/* How a file is read. Zero: a table of numbers with the label in the last column. */
struct dataset_options {
	const char *label;   /* column name or number from 1; NULL: the last column that is neither
				text nor left out */
	const char *without; /* table of numbers: columns that are no features, names or numbers
				separated by commas; NULL: none */
	struct dialect dialect;     /* of a table's text */
	enum dataset_header header; /* AUTO: as data/read/header.h finds it */
	enum dataset_task task; /* what labels of many different numbers are; ASK: refused with a
				   question */
	struct {
		const char *label; /* name of the label column of the data: a set beside them has
				      its labels there, if it has such a column; NULL: none */
		const struct encoding *encoding; /* borrowed: of a network, by which the rows are
						    encoded; NULL: they get their own */
	} like;
	const char *labels_from; /* images: path of their labels; NULL: found by the usual naming.
				    Required for a .npy file */
	size_t height, width, channels; /* table: its features are the pixels of images, row by row,
					   channels innermost; 0: they are not */
	const char *text;   /* table: column of the texts, name or number; NULL: a table of numbers
			     */
	const char *tokens; /* text: "byte", "char", either with "+mask", or the path of a
			       vocabulary file; NULL: not a text */
	bool frame;         /* text: put the tokenizer's begin and end tokens around each row */
	bool special;       /* text: names of special tokens in a text become these tokens */
	size_t length; /* tokens in a row, 1..DATASET_LENGTH; without `tokens` the file holds token
			  ids; 0: no tokens */
	size_t vocab;  /* ids are below it; text: at least the tokens of the tokenizer; 0: those,
			  token ids: one more than the largest */
	bool unlabelled; /* ignore labels: a table needs no label column, but a column that has the
			    name `label` is left out */
	bool beside;     /* rows beside a data set: one row and one class are enough */
};

enum dataset_kind { DATASET_NUMBERS, DATASET_IMAGE, DATASET_TOKENS };

#define DATASET_SETS 8 /* files that are joined to one data set, at most */

/*
 * What the rows of a file are for. The data itself is divided into training and held-out rows,
 * unless another set is held out; a transfer set trains, a target set is only evaluated.
 */
enum dataset_role { DATASET_MAIN, DATASET_TRANSFER, DATASET_TARGET, DATASET_HELD };

/* Rows from one file. */
struct dataset_set {
	char name[64];
	enum dataset_role role;
	size_t from, n; /* rows from .. from + n - 1 */
	double weight;  /* initial weight of its rows and labels; the data itself has 1 */
	int32_t after;  /* with next_token: the id after its last row */
};

/* Texts one after the other: that of row r begins at bytes + at[r] and ends in a NUL. */
struct dataset_texts {
	char *bytes;
	size_t *at; /* [n + 1]; NULL: no texts */
};

/* What networks are trained on: x[n,d] or ids[n,length], and y[n]. */
struct dataset {
	char name[64]; /* file name without folder and ending */
	enum dataset_kind kind;
	size_t n, d;                    /* rows, features; DATASET_TOKENS: d is length */
	size_t height, width, channels; /* DATASET_IMAGE: d = height*width*channels, rows of x are
					   [height, width, channels] */
	size_t length;                  /* DATASET_TOKENS: ids in a row */
	size_t vocab;          /* DATASET_TOKENS: ids are 0..vocab-1; -1 is padding, at the end of a
				  row only */
	int classes;           /* at least 2 */
	float *x;              /* [n,d] a missing cell is NaN until scale_apply replaces it by the
				  mean; NULL for tokens */
	double *wide;          /* [n,d] until scale_apply in the place of x, which is NULL: features
				  of which some are no floats; NULL: none are */
	struct tmpmap *tmpmap; /* owned: file that x or wide is mapped from; NULL: allocated */
	int32_t *ids;          /* owned [n,length], NULL unless tokens. With next_token one more id
				  follows: the label of position t of row r is ids[r*length+t+1], but
				  at the last position of a set that another follows it is set.after */
	bool frame;            /* tokens: begin and end tokens stand around each row */
	bool next_token;       /* the label of a position is the next token: classes == vocab,
				  class_name NULL, y[i] 0, or -1 if labels are ignored */
	int32_t *y;            /* owned [n] class from 0; -1: no label */
	char **column;     /* owned [d] feature names: from the header, or "x1", "x2" ...; "hue=red"
			      of a category; NULL unless from a table */
	const char **word; /* owned [d] of a category the word in column[i], after the column's name
			      and '='; NULL of a number */
	bool unnamed;      /* the table has no names: columns are x1, x2 ... */
	char **class_name; /* owned [classes] in natural order: numbers ascending, else bytewise; in
			      that of `encoding` if there is one */
	struct tokenizer *tokenizer; /* owned: that made the ids, for masking and decoding; NULL:
					unknown */
	struct dataset_texts texts;  /* owned: the texts of the rows; only from a table of texts */
	size_t missing;              /* cells without a value, labels not counted */
	size_t unlabelled;           /* rows without a label */
	int n_sets;                  /* 0: all rows are the data itself */
	struct dataset_set set[DATASET_SETS]; /* in the order of their rows; the first is the data
						 itself */
	rules_set rules;                      /* of reading that made a difference for its files */
	struct encoding *encoding;            /* owned: of a network, by which its rows are
						 encoded; NULL: their own */
	char *label;  /* owned: name of the label column; NULL: it has none */
	char *format; /* owned: how the text of the table was read, "semicolons between cells,
			 decimal comma"; NULL: no text table */
	char *notes;  /* owned: what was found out about it and not given, a line each; NULL */
	uint64_t *row_hash; /* owned [n] of the rows as they are in their files, see row_hash.h;
			       NULL: not computed */
	struct hash hash; /* SHA-256 of the file's inflated contents, joined with the hashes of its
			     labels, of a vocabulary file, of an encoding, and of the options that
			     change what networks see */
};

void dataset_free(struct dataset *ds);

/* Append lines to ds->notes. */
void dataset_note(struct dataset *ds, const char *lines);

#endif
