/* IDX files: an array of numbers with a header of its type and dimensions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_IDXFILE_H
#define RETORT_DATA_READ_IDXFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"

/* Third byte of a file. All types are big-endian. */
enum idxfile_type {
	IDXFILE_U8 = 0x08,
	IDXFILE_I8 = 0x09,
	IDXFILE_I16 = 0x0B,
	IDXFILE_I32 = 0x0C,
	IDXFILE_F32 = 0x0D,
	IDXFILE_F64 = 0x0E,
};

struct idxfile {
	enum idxfile_type type;
	int rank;                  /* 1..4 */
	size_t dim[4];             /* [rank] each at least 1 */
	size_t len;                /* numbers: the product of dim[] */
	const unsigned char *data; /* [len] numbers as in the file; borrowed */
};

/* Whether the first two bytes are 0, as in no text. */
bool idxfile_is(const char *bytes, size_t size);

/*
 * Parse the header (LeCun and Cortes, the MNIST database: two zero bytes, type, rank, then rank
 * dimensions of 32 bits, high byte first; then the numbers, the last index fastest). Borrows
 * `bytes`. Refused: an unknown type, a rank outside 1..4, a dimension of 0, a product of dimensions
 * that overflows, fewer or more bytes than the dimensions need.
 */
int idxfile_parse(const char *bytes, size_t size, struct idxfile *out, struct err *e);

/* Number i as a double. */
double idxfile_at(const struct idxfile *f, size_t i);

/* Convert all numbers to out[len]. Refused: a number that is not finite as a float. */
int idxfile_floats(const struct idxfile *f, float *out, struct err *e);

#endif
