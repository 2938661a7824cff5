/* An array of numbers or texts in the bytes of a file, whatever its format. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_ARRAY_H
#define RETORT_DATA_READ_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"

#define ARRAY_DIMS 4 /* dimensions, at most */

enum array_type {
	ARRAY_BOOL,
	ARRAY_I8,
	ARRAY_U8,
	ARRAY_I16,
	ARRAY_U16,
	ARRAY_I32,
	ARRAY_U32,
	ARRAY_I64,
	ARRAY_U64,
	ARRAY_F16,
	ARRAY_BF16,
	ARRAY_F32,
	ARRAY_F64,
	ARRAY_BYTES, /* texts of `width` bytes, padded with NUL */
	ARRAY_UTF32, /* texts of width / 4 code points, padded with 0 */
};

struct array {
	enum array_type type;
	bool big;                  /* high byte first */
	bool fortran;              /* the first index is fastest, else the last */
	size_t width;              /* bytes of an element */
	int rank;                  /* 1..ARRAY_DIMS */
	size_t dim[ARRAY_DIMS];    /* [rank] each at least 1 */
	size_t len;                /* elements: the product of dim[] */
	const unsigned char *data; /* [len * width] borrowed; not aligned */
};

/* Name of a type, as NumPy spells it: "float32". */
const char *array_type_name(enum array_type type);

/* Bytes of a number of this type. Not for texts. */
size_t array_type_width(enum array_type type);

bool array_is_text(const struct array *a);
bool array_is_integer(const struct array *a); /* and bool */

/*
 * Set len from dim[rank], type and width. `there` is the number of bytes behind the header.
 * Refused: a dimension of 0, a product that overflows, fewer or more bytes than it needs.
 */
int array_check(struct array *a, size_t there, struct err *e);

/* Convert n numbers from index `first` on, counted with the last index fastest. Integers beyond
 * 2^53 are rounded. Not for texts. Any thread. */
void array_doubles(const struct array *a, size_t first, size_t n, double *out);

/* Whether the elements are floats, uint8 or float32, as they lie in memory. */
bool array_has_floats(const struct array *a);

/* Copy n such elements from number `first` on. False: one is not finite. */
bool array_floats(const struct array *a, size_t first, size_t n, float *out);

/* One of them. */
double array_at(const struct array *a, size_t i);

/* The integer at index i. Return false if it is no integer, not finite or does not fit. */
bool array_integer(const struct array *a, size_t i, int64_t *out);

/* Append the text at index i to out[room] as UTF-8 with a NUL. Return false if it does not fit or
 * is not valid UTF-8. */
bool array_text(const struct array *a, size_t i, char *out, size_t room);

/* Append "3x28x28". */
struct text;
void array_add_shape(const struct array *a, struct text *out);

#endif
