/* Two-dimensional arrays in NumPy's format .npy. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_NPYFILE_H
#define RETORT_DATA_READ_NPYFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/data/read/source.h"

/* [rows, columns] little-endian float32 or float64, row by row. */
struct npyfile {
	size_t rows, columns;
	bool is_double;
	const char *data; /* borrowed from the parsed bytes; not aligned */
};

/* Whether the bytes begin with the signature of the format. */
bool npyfile_is(const char *bytes, size_t size);

/*
 * Parse the header; allocate nothing. Refused: another signature or version, a malformed header,
 * other types, other numbers of dimensions, columns before rows ("fortran_order"), an empty array,
 * fewer or more bytes than the shape needs.
 */
int npyfile_parse(const char *bytes, size_t size, struct npyfile *out, struct err *e);

/* Number i of rows * columns. May be infinite or NaN. */
double npyfile_at(const struct npyfile *f, size_t i);

/* Call `visit` with each row, as numbers. */
int npyfile_rows(struct source *s, row_visit *visit, void *arg, struct err *e);

/* Write the header of version 1.0 for float32 [rows, columns] into buf[NPYFILE_HEADER]. The numbers
 * follow it. */
#define NPYFILE_HEADER 128
void npyfile_header(size_t rows, size_t columns, char *buf);

#endif
