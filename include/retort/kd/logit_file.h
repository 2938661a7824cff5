/* Outputs of a teacher from a file of logits or probabilities. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOGIT_FILE_H
#define RETORT_KD_LOGIT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/base/real.h"

/* Format of a file. */
struct logit_file_options {
	bool probabilities;   /* rows that sum to 1; else logits */
	bool ids;             /* the first column has row numbers of the data, from 0 */
	const char *ids_path; /* a file of row numbers, one a line; NULL: none */
};

struct logit_file {
	size_t rows, classes;
	real *logit;      /* [rows, classes] at temperature 1; of probabilities their logarithms */
	int64_t *id;      /* [rows] row number in the data; NULL: 0, 1, 2 ... */
	struct hash hash; /* of the files and options */
	size_t data_rows; /* set by logit_file_bind, as `at` */
	int32_t *at;      /* [data_rows] row of this file for a row of the data; -1: none */
};

/*
 * Read CSV without a header, or .npy, detected by the first bytes. Fails, with file, line, column
 * and value, for numbers that are not finite, logits beyond 1e30, negative probabilities, rows of
 * probabilities whose sum differs from 1 by more than 1e-3, and ids that are not integers from 0.
 * Probabilities below 1e-30 count as 1e-30. The caller frees *out.
 */
int logit_file_read(const char *path, const struct logit_file_options *o, struct logit_file **out,
		    struct err *e);
void logit_file_free(struct logit_file *a); /* a: may be NULL */

/*
 * Match the file to a data set of `rows` rows: fill data_rows and at. Fails for another number of
 * classes, for another number of rows without ids, and for ids that are out of range or duplicate.
 */
int logit_file_bind(struct logit_file *a, size_t rows, size_t classes, struct err *e);

/* Check that the file has outputs for each of these rows of the data: 0, or -1 with an error that
 * names the first row without. */
int logit_file_check(const struct logit_file *a, const uint32_t *row, size_t n, struct err *e);

/* Copy the logits of n rows of the data to out [n, classes]. All must have outputs. */
void logit_file_gather(const struct logit_file *a, const int32_t *row, size_t n, real *out);

/* Write rows of logits: .npy if the path ends in it, else CSV with 9 digits, which restore the same
 * float. */
int logit_file_write(const char *path, const float *logit, size_t rows, size_t classes,
		     struct err *e);

#endif
