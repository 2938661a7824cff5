/* Products in bfloat16 with the matrix tiles of AMX. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_GEMM_AMX_H
#define RETORT_NN_GEMM_GEMM_AMX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GEMM_AMX_UNIT \
	32 /* inputs and columns of a weight are filled up with zeros to a multiple of it */
#define GEMM_AMX_STRIP 64 /* rows that are rounded together */

/* The processor has them and the system lets this process use them. Asked once; any thread. */
bool gemm_amx_there(void);

/*
 * y = x w, with x float and rounded here, w bfloat16. Sums are float, even and odd inputs apart, in
 * order (Intel 64 and IA-32 Architectures Software Developer's Manual, TDPBF16PS); one row's
 * depends on that row alone.
 *
 * x, y     [rows, in] and [rows, columns], `ldx` and `ldy` numbers from one row to the next
 * w        panels of 16 columns, each [deep / 2, 16, 2], deep being `in` filled up: for each pair
 * of inputs the columns in turn, both numbers of each; `columns`, filled up, of them are read
 * scratch  [GEMM_AMX_STRIP * deep] 64-byte aligned
 *
 * Only where gemm_amx_there(). Allocates nothing.
 */
void gemm_amx_product(const float *x, size_t ldx, size_t rows, size_t in, const uint16_t *w,
		      size_t columns, float *y, size_t ldy, uint16_t *scratch);

#endif
