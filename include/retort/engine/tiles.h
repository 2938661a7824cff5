/* Products in bfloat16 with the matrix tiles of AMX. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_ENGINE_TILES_H
#define RETORT_ENGINE_TILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TILES_UNIT 32  /* inputs and columns of a weight are filled up with zeros to a multiple of it */
#define TILES_STRIP 64 /* rows that are rounded together */

/* The processor has them and the system lets this process use them. Asked once; any thread. */
bool tiles_there(void);

/*
 * y = x w, with x float and rounded here, w bfloat16. Sums are float, even and odd inputs apart, in order (Intel 64 and
 * IA-32 Architectures Software Developer's Manual, TDPBF16PS); one row's depends on that row alone.
 *
 * x, y     [rows, in] and [rows, columns], `ldx` and `ldy` numbers from one row to the next
 * w        panels of 16 columns, each [deep / 2, 16, 2], deep being `in` filled up: for each pair of inputs the columns
 *          in turn, both numbers of each; `columns`, filled up, of them are read
 * scratch  [TILES_STRIP * deep] 64-byte aligned
 *
 * Only where tiles_there(). Allocates nothing.
 */
void tiles_product(const float *x, size_t ldx, size_t rows, size_t in, const uint16_t *w, size_t columns, float *y,
		   size_t ldy, uint16_t *scratch);

#endif
