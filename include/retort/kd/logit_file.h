/* Outputs of a teacher from a file of logits, probabilities or log-probabilities. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOGIT_FILE_H
#define RETORT_KD_LOGIT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/base/real.h"
#include "retort/data/dataset.h"
#include "retort/kd/logit_kind.h"

/* Format of a file. */
struct logit_file_options {
	enum logit_kind kind;
	bool recorded;        /* the line has the hash of a recording: kind AUTO means logits, as in
				 recordings before the kind was found by the numbers */
	bool ids;             /* the first column has row numbers of the data, from 0 */
	const char *ids_path; /* a file of row numbers, one a line; NULL: none */
	const char *top;      /* a file of class ids: the file itself has the values of these
				 classes, the largest of each position; NULL: it has all classes */
};

struct logit_file {
	size_t rows, positions, classes; /* classes 0: unknown, with top */
	size_t top;                      /* largest classes of each position; 0: all */
	enum logit_kind kind;            /* of the numbers in the file */
	real *logit;                     /* [rows, positions, classes] at temperature 1; with top
					    [rows, positions, 2 top + 1] as in top_logits.h */
	int64_t *id;                     /* [rows] row number in the data; NULL: 0, 1, 2 ... */
	char **name; /* [names] with top, classes by name until logit_file_bind */
	size_t names;
	size_t largest, largest_row; /* with top: class id, and its row from 1 */
	size_t cut;                  /* positions with more classes than top (logit_top.h) */
	struct hash hash;            /* of the files and options */
	size_t data_rows;            /* set by logit_file_bind, as `at` */
	int32_t *at; /* [data_rows] row of this file for a row of the data; -1: none */
};

/*
 * Read CSV without a header, .npy, or JSON lines, detected by the first bytes. Fails, with file,
 * place and value, as logit_kind_find, logit_kind_convert and logit_top.h do, and for ids that are
 * not integers from 0. The caller frees *out.
 */
int logit_file_read(const char *path, const struct logit_file_options *o, struct logit_file **out,
		    struct err *e);
void logit_file_free(struct logit_file *a); /* a: may be NULL */

/*
 * Match the file to a data set: fill data_rows and at, and replace names by class ids. Fails for
 * another number of positions (`length` of next-token data, else one) or classes, for names and
 * class ids that the data does not have, for another number of rows without ids, and for ids that
 * are out of range or duplicate.
 */
int logit_file_bind(struct logit_file *a, const struct dataset *ds, struct err *e);

/* Check that the file has outputs for each of these rows of the data: 0, or -1 with an error that
 * names the first row without. */
int logit_file_check(const struct logit_file *a, const uint32_t *row, size_t n, struct err *e);

/* Copy the logits of n rows of the data to out [n, positions, classes]. All must have outputs. With
 * top, the classes that are left out share the rest of the mass equally. */
void logit_file_gather(const struct logit_file *a, const int32_t *row, size_t n, real *out);

/* With top: the largest logits of n rows, into id and logit [n, positions, top] and tail
 * [n, positions]. */
void logit_file_top(const struct logit_file *a, const int32_t *row, size_t n, int32_t *id,
		    real *logit, real *tail);

#endif
