/* How rows become the inputs and labels of a network: a value that is saved with it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_ENCODING_H
#define RETORT_DATA_ENCODING_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/base/text.h"
#include "retort/data/dataset.h"
#include "retort/data/scale.h"

#define ENCODING_FEATURES (1u << 24) /* features, at most */
#define ENCODING_WORDS 256           /* words of a category, at most */
#define ENCODING_CLASS 127           /* bytes of the name of a class or of a word, at most */

/* A column of a table: one feature, or one for each word of a category. */
struct encoding_column {
	char *name;     /* owned */
	char **word;    /* owned [n_words], ascending bytewise; NULL of numbers */
	size_t n_words; /* 0: numbers */
};

struct encoding {
	enum dataset_kind kind;
	size_t d;                       /* features; tokens: ids in a row */
	size_t height, width, channels; /* images: d = height*width*channels */
	size_t n_columns;               /* 0: unknown, or there are none */
	struct encoding_column *column; /* owned [n_columns] in the order of the features */
	bool unnamed;                   /* the table had no names: columns are x1, x2 ... */
	size_t n_scale;    /* numbers: d; images: 1, for all pixels; 0: not scaled, or unknown */
	double *mean;      /* owned [n_scale] */
	double *spread;    /* owned [n_scale], above 0 */
	bool rounded;      /* mean and spread are floats: the file is older than encodings */
	bool next_token;   /* the label of a position is the next token */
	int classes;       /* 0: unknown, or next_token */
	char **class_name; /* owned [classes] in the order of the outputs */
	char *label;       /* owned: name of the label column; NULL: it has none */
	bool split;        /* `seed` is known */
	uint64_t seed;     /* of the split into training and held-out rows */
};

/* The encoding of a data set whose rows `scale` scales and `seed` splits. *out is owned. */
void encoding_of(const struct dataset *ds, const struct scale *scale, uint64_t seed,
		 struct encoding *out);

/* A copy of the first `len` bytes of a name as an encoding has it: as UTF-8, which JSON requires,
 * with other bytes escaped. Owned by the caller. */
char *encoding_name(const char *name, size_t len);

/* Whether `saved`, from an encoding, stands for a name in a file. */
bool encoding_is_name(const char *saved, const char *name);

/* A copy, owned by the caller: release it, then mem_free. */
struct encoding *encoding_copy(const struct encoding *enc);
void encoding_release(struct encoding *enc);

/* Append one line of JSON; numbers read back to the same doubles. 0, or -1 without memory. */
int encoding_print(const struct encoding *enc, struct text *out, struct err *e);

/*
 * Parse what encoding_print writes. Refused, with the field and its value in the message: a key
 * that is unknown, missing or of another type, numbers that are not finite, a spread that is not
 * above 0, more than the bounds above, repeated names, counts that contradict `features`. *out is
 * owned. 0, or -1 and an error.
 */
int encoding_parse(const char *json, size_t size, struct encoding *out, struct err *e);

/*
 * Check that a network with encoding `net` sees its own columns in data with encoding `data`: the
 * same names in the same order with the same words. If the names of one of them are unknown, or
 * were not in its table, columns are compared by their position. `from`: the file of the network,
 * for the command in the error. `note` says if columns were taken by position, "" else.
 */
int encoding_check(const struct encoding *net, const struct encoding *data, const char *from,
		   char *note, size_t size, struct err *e);

/*
 * Rearrange the features of `ds`, not yet scaled, and its classes to be those of the encoding, and
 * store a copy in ds->encoding; the hash of the encoding is joined to ds->hash. Columns are matched
 * by name, or by position if the table of one of them has no names; a note tells it, and which
 * words the encoding lacks. Classes that the data lack are no error. Refused: another kind or shape
 * of rows, a column that only one of them has, a class that the encoding lacks.
 */
int encoding_apply(const struct encoding *enc, struct dataset *ds, struct err *e);

/* The scale of the rows: that of ds->encoding if it has one, else fitted to `rows`; scale_fit. */
void encoding_scale(const struct dataset *ds, const uint32_t *rows, size_t n_rows,
		    struct scale *out);

/* The seed of the split: that of ds->encoding if it has one, else `seed`. */
uint64_t encoding_seed(const struct dataset *ds, uint64_t seed);

#endif
