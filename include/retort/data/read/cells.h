/* Rows of numbers, stored as floats as long as each of them is one, else as doubles. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_CELLS_H
#define RETORT_DATA_READ_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/tmpmap.h"

/*
 * Tables of small whole numbers, such as pixels, take half the memory. The first number that no
 * float equals widens all rows, those before it too; floats become the same numbers as doubles, so
 * the order of the rows does not matter.
 */
struct cells {
	size_t width;       /* numbers in a row */
	size_t n;           /* rows */
	bool wide;          /* doubles */
	struct tmpmap *map; /* owned: file for the rows but those of the last chunk; NULL: in
			       memory */
	void **chunk;       /* owned [n_chunks], each [room, width]; with `map` only one, which is
			       written out when it is full */
	size_t n_chunks, cap_chunks;
	size_t room, used; /* rows of a chunk; rows in the last one */
};

/*
 * rows: about as many as will come, better too many than too few: room for them is reserved, and
 * takes memory where it is written; 0: unknown. in_file: store the rows in a temporary file.
 */
int cells_init(struct cells *c, size_t width, size_t rows, bool in_file, struct err *e);
void cells_release(struct cells *c);

/* Append row[width]; NaN is a missing cell. -1: no memory, or no room in the file. */
int cells_add(struct cells *c, const double *row, struct err *e);

/* Append *rows rows, or as many as fit in the chunk, which is stored in *rows: one block, to be
 * filled in by the caller with floats, while no row is wide. NULL: as -1. */
float *cells_add_floats(struct cells *c, size_t *rows, struct err *e);

/* Spread a row in[width] to out[d]. */
typedef void cells_spread(const void *arg, const double *in, double *out);

/*
 * Hand over all rows as one block [n, d], floats, or doubles if c->wide: spread by `spread`, or as
 * they are if it is NULL and d == width. The block is mapped from *map if the rows lie in a file,
 * which the caller then owns; else the caller frees it. NULL: no memory. c->wide remains.
 */
void *cells_take(struct cells *c, size_t d, cells_spread *spread, const void *arg,
		 struct tmpmap **map, struct err *e);

#endif
