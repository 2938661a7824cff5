/* Arrays in NumPy's format .npy. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_NPYFILE_H
#define RETORT_DATA_READ_NPYFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/data/read/array.h"
#include "retort/data/read/source.h"

/* Whether the bytes begin with the signature of the format. */
bool npyfile_is(const char *bytes, size_t size);

/*
 * Parse the header (NumPy's "A simple file format for NumPy arrays", versions 1 to 3); allocate
 * nothing. Types: bool, integers and floats of every width and byte order, bfloat16 as JAX writes
 * it (V2), texts (S, U). Refused, by name: other types, structured arrays, more than ARRAY_DIMS
 * dimensions, another signature or version, a malformed header, and what array_check refuses.
 */
int npyfile_parse(const char *bytes, size_t size, struct array *out, struct err *e);

/* Call `visit` with each row of a two-dimensional array of numbers. */
int npyfile_rows(struct source *s, row_visit *visit, void *arg, struct err *e);

/* Write the header of version 1.0 for float32 [rows, positions, columns], or [rows, columns] if
 * `positions` is 0, into buf[NPYFILE_HEADER]. The numbers follow it. */
#define NPYFILE_HEADER 128
void npyfile_header(size_t rows, size_t positions, size_t columns, char *buf);

#endif
