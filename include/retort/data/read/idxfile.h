/* IDX files: an array of numbers with a header of its type and dimensions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_IDXFILE_H
#define RETORT_DATA_READ_IDXFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/data/read/array.h"

/* Whether the first two bytes are 0, as in no text. */
bool idxfile_is(const char *bytes, size_t size);

/*
 * Parse the header (LeCun and Cortes, the MNIST database: two zero bytes, type, rank, then rank
 * dimensions of 32 bits, high byte first; then the numbers, high byte first, the last index
 * fastest). Borrows `bytes`. Refused: an unknown type, a rank outside 1..4, and what array_check
 * refuses.
 */
int idxfile_parse(const char *bytes, size_t size, struct array *out, struct err *e);

#endif
