/* Numbers of a file of teacher outputs: CSV without a header, or a .npy array. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOGIT_TABLE_H
#define RETORT_KD_LOGIT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/data/read/array.h"
#include "retort/data/read/csvfile.h"

/* [rows, positions, columns]. A file of two dimensions has one position in each row. */
struct logit_table {
	const char *path; /* borrowed */
	char *bytes;      /* owned [size] */
	size_t size;
	size_t rows, positions, columns;
	bool is_array;
	struct array array;
	struct csvfile csv;
};

/*
 * Read a file, of at most 4 GiB. Refused: what the formats refuse, texts, more than three
 * dimensions. 0, or -1 with an error that begins with the path, and nothing to release.
 */
int logit_table_open(struct logit_table *t, const char *path, struct err *e);
void logit_table_release(struct logit_table *t);

/* Whether a cell that is no number may be a name in a header. */
bool logit_table_is_name(const char *cell);

/* Number i of rows * positions * columns. Refused: what is no number, NaN and plus infinity; minus
 * infinity is a class that a mask leaves out. */
int logit_table_number(const struct logit_table *t, size_t i, double *out, struct err *e);

/* The same for the number of a row, an integer from 0. */
int logit_table_integer(const struct logit_table *t, size_t i, size_t most, size_t *out,
			struct err *e);

/* Set the error for number i: its place, its value as written, and `what`. Returns -1. */
int logit_table_refuse(const struct logit_table *t, size_t i, const char *what, struct err *e);

/* Write "row 3, position 7" or "line 4", the place of position i of rows * positions. Returns buf.
 */
const char *logit_table_place(const struct logit_table *t, size_t i, char *buf, size_t size);

#endif
