/* Tables of numbers in NumPy's format .npy. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_NPYFILE_H
#define RETORT_DATA_READ_NPYFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"

/* Two dimensions of little-endian float32 or float64, row by row. */
struct npyfile {
	size_t rows, columns;
	bool is_double;
	const char *data; /* borrowed from the bytes that were parsed: not aligned */
};

/*
 * Refused: another magic number or version, a header that is none, other types, other numbers of
 * dimensions, columns before rows ("fortran_order"), nothing in it, and bytes that are too few or
 * too many for the shape. Takes no memory.
 */
int npyfile_parse(const char *bytes, size_t size, struct npyfile *out, struct err *e);

/* Number i of rows * columns. May be infinite or no number. */
double npyfile_at(const struct npyfile *f, size_t i);

bool npyfile_is(const char *bytes, size_t size); /* begins like one */

/* The header of version 1.0 for float32 of that shape into buf[128]; always 128 bytes. The numbers
 * follow it. */
#define NPYFILE_HEADER 128
void npyfile_header(size_t rows, size_t columns, char *buf);

#endif
