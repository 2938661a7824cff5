/* Answers of a teacher that is not here: a file of its logits or probabilities. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOGIT_FILE_H
#define RETORT_KD_LOGIT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/base/real.h"

/* How a file is read. */
struct logit_file_options {
	bool probabilities;   /* rows that sum to 1; else logits */
	bool ids;             /* the first column says which rows of the data they are, from 0 */
	const char *ids_path; /* a file of one such number a line; NULL: none */
};

struct logit_file {
	size_t rows, classes;
	real *logit;      /* [rows, classes] untempered; of probabilities their logarithms */
	int64_t *id;      /* [rows] which row of the data it is; NULL: in their order */
	struct hash hash; /* of everything that was read and how: another file is another teacher */
	size_t data_rows; /* logit_file_bind: */
	int32_t *at;      /* [data_rows] the row here, -1 none */
};

/*
 * CSV without a heading, or .npy, by its first bytes. Refused, naming file, line, column and value:
 * what is no finite number, probabilities below 0 or that sum to 1 within less than 1e-3, ids that
 * are no whole numbers. A probability of 0 counts as 1e-30. The caller frees *out.
 */
int logit_file_read(const char *path, const struct logit_file_options *o, struct logit_file **out,
		    struct err *e);
void logit_file_free(struct logit_file *a); /* logit_file_free(NULL) is fine */

/*
 * Answers to the rows of a data set of `rows` rows and so many classes. Refused: other classes;
 * without ids another number of rows; ids that are no row of it, or come twice.
 */
int logit_file_bind(struct logit_file *a, size_t rows, size_t classes, struct err *e);

/* Whether there is an answer for each of these rows: 0, or -1 and an error that names the first
 * that has none. */
int logit_file_check(const struct logit_file *a, const uint32_t *row, size_t n, struct err *e);

/* Those of n rows of the data into out [n, classes]. */
void logit_file_gather(const struct logit_file *a, const int32_t *row, size_t n, real *out);

/* Write rows of logits: .npy where the name ends so, else CSV with digits enough for the same bits.
 */
int logit_file_write(const char *path, const float *logit, size_t rows, size_t classes,
		     struct err *e);

#endif
