/* Products in bfloat16 with the matrix tiles of AMX. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_GEMM_AMX_H
#define RETORT_NN_GEMM_GEMM_AMX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GEMM_AMX_UNIT \
	32 /* inputs and columns of a weight are padded with zeros to a multiple of it */
#define GEMM_AMX_STRIP 64 /* rows rounded at a time */

/* Whether the processor has AMX and the system lets this process use it. Any thread. */
bool gemm_amx_available(void);

/*
 * Compute y = x w, with x rounded to bfloat16 here and w in bfloat16. Sums are float, even and odd
 * inputs apart, in order (Intel 64 and IA-32 Architectures Software Developer's Manual, TDPBF16PS).
 * A row of y depends on its row of x alone. Requires gemm_amx_available(). Allocates nothing.
 *
 * x        [rows, in], row stride ldx
 * w        panels of 16 columns, each [depth / 2, 16, 2] with depth = `in` padded: for each pair of
 *          inputs both numbers of each column; as many panels are read as `columns`, padded, has
 * y        [rows, columns], row stride ldy
 * scratch  [GEMM_AMX_STRIP * depth], 64-byte aligned
 */
void gemm_amx_product(const float *x, size_t ldx, size_t rows, size_t in, const uint16_t *w,
		      size_t columns, float *y, size_t ldy, uint16_t *scratch);

#endif
