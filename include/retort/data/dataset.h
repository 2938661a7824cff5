/* x[n,d] or ids[n,length], and y[n]: what networks learn from, made of a table, images or text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_DATASET_H
#define RETORT_DATA_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/base/tmpmap.h"
#include "retort/data/text/tokenizer.h"

#define DATASET_CLASSES 1000    /* more classes than this is a column of numbers, not of labels */
#define DATASET_ROWS 10         /* fewer rows cannot be split */
#define DATASET_LENGTH 65536    /* tokens in a row, at most */
#define DATASET_VOCAB (1 << 20) /* token ids, at most */
#define DATASET_IDS ((size_t)1 << 30) /* ids of all rows, at most: 4 GiB */

enum dataset_header { DATASET_HEADER_AUTO, DATASET_HEADER_YES, DATASET_HEADER_NO };

struct dataset_options {
	const char *label;   /* column name or number from 1; NULL: the last column (that is not
				`text`) */
	const char *without; /* table of numbers: columns that are no features, by name or number,
				with commas between; NULL: none */
	enum dataset_header header; /* AUTO: yes when row 1 holds the name that `label` gives, and
				       when some cell of row 1 is no number while the same column's
				       cell in row 2 is one or missing; with `text`, yes when row 1
				       holds the name that `text` or `label` gives */
	const char *labels_from; /* images: path of their labels; NULL: found by the usual naming; a
				    .npy file needs it */
	size_t height, width, channels; /* table: its features are the pixels of images, row by row,
					   channels innermost; 0: they are not */
	const char *text;   /* table: the column of the texts, by name or number; NULL: a table of
			       numbers */
	const char *tokens; /* text: "byte", "char", either with "+mask", or the path of a
			       vocabulary file; NULL: no text */
	bool frame; /* text: the tokenizer's begin token in front of each row, its end token behind
		     */
	size_t length;   /* tokens in a row: 1..DATASET_LENGTH; alone it says that the file holds
			    token ids; 0: no tokens */
	size_t vocab;    /* token ids: ids are below it; 0: one more than the largest */
	bool unlabelled; /* labels are not looked at, nor asked for: a table has no label column,
			    but one that has the name `label` is left out */
	bool beside;     /* rows that stand beside a set: one row and one class are enough */
};

enum dataset_kind { DATASET_NUMBERS, DATASET_IMAGE, DATASET_TOKENS };

#define DATASET_SETS 8 /* files that are joined to one data set, at most */

/*
 * What rows are for: the data itself is divided in training and held-out rows, unless a set is held
 * out in their place; others train, or are only looked at.
 */
enum dataset_role { DATASET_MAIN, DATASET_TRANSFER, DATASET_TARGET, DATASET_HELD };

/* Rows that came from one file. */
struct dataset_set {
	char name[64];
	enum dataset_role role;
	size_t from, n; /* rows from .. from + n */
	double weight;  /* of its rows and labels at first, beside 1 of the data itself */
	int32_t after;  /* with next_token: the id behind its last row */
};

/* Texts behind one another: that of row r begins at bytes + at[r] and ends in a NUL. */
struct dataset_texts {
	char *bytes;
	size_t *at; /* [n + 1]; NULL: there are none */
};

struct dataset {
	char name[64]; /* file name without folder and ending */
	enum dataset_kind kind;
	size_t n, d;                    /* rows, features; DATASET_TOKENS: d is length */
	size_t height, width, channels; /* DATASET_IMAGE: d = height*width*channels, rows are
					   [height, width, channels] in x */
	size_t length;                  /* DATASET_TOKENS: ids in a row */
	size_t vocab; /* DATASET_TOKENS: ids are 0..vocab-1, -1 is padding, at the end of a row only
		       */
	int classes;  /* >= 2 */
	float *x;     /* [n,d]; a missing cell is NaN until scale_apply puts the mean there;
			 DATASET_TOKENS: NULL */
	struct tmpmap *spill; /* owned: the file that x is mapped from; NULL: x is in memory */
	int32_t *ids; /* owned. Row r is ids[r*length ..+length]; with next_token there is one more
			 id at the very end, so that the label of position t of row r is
			 ids[r*length+t+1], but for the last position of a set behind which another
			 stands: that is set.after. NULL unless DATASET_TOKENS */
	bool frame;   /* DATASET_TOKENS: begin and end tokens stand around each row */
	bool next_token;   /* the label of every position is the token after it; classes == vocab,
			      class_name NULL, y[i] is 0   for every row, labelled, or -1 in a set of
			      which the labels are not looked at */
	int32_t *y;        /* [n] class from 0; -1 where the label cell is missing */
	char **column;     /* [d] feature names: from the header, or "x1", "x2" ...; "hue=red" of a
			      category; NULL unless of a table */
	const char **word; /* [d] of a category the word in column[i], behind the name of its column
			      and '='; NULL of a number */
	char **class_name; /* [classes] in natural order: numbers ascending, else bytewise */
	struct tokenizer *tokenizer; /* owned: what the texts were cut with, for masking them and
					writing them; NULL where there were none */
	struct dataset_texts texts;  /* owned: what rows were cut from, whole; none unless from a
					table of texts. See texts.h */
	size_t missing;              /* cells without a value, labels not counted */
	size_t unlabelled;           /* rows without a label */
	int n_sets;                  /* 0: all rows are the data itself */
	struct dataset_set
		set[DATASET_SETS]; /* in the order of their rows; the first is the data itself */
	struct hash hash; /* SHA-256 of the file's contents (inflated, if it is gzip'd); joined with
			     that of the labels of images, of a vocabulary file, and of tokens,
			     length and vocab, where there are such */
};

void dataset_free(struct dataset *ds);

#endif
