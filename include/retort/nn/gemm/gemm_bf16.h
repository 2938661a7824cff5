/* Products in bfloat16 with the vectors of AVX512-BF16, for processors that have them and no matrix
 * tiles. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_GEMM_BF16_H
#define RETORT_NN_GEMM_GEMM_BF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GEMM_BF16_UNIT                                                                            \
	32 /* inputs and columns of a weight are filled up with zeros to a multiple of it, as for \
	      tiles.h */
#define GEMM_BF16_STRIP 64 /* rows that are rounded together */

/* The processor has the instruction, VDPBF16PS, and the system saves its registers. Any thread. */
bool gemm_bf16_can(void);

/*
 * And it pays: the processor is AMD's. On Intel's Sapphire Rapids, measured, the instruction starts
 * at every second cycle, where two of single precision start at each: 57 % of the multiply-adds a
 * second that panels.h does there. AMD's from Zen 4 on start it as often as those, which makes
 * twice as many multiply-adds; that is what is published of them, none was at hand to measure. Any
 * thread.
 */
bool gemm_bf16_there(void);

/*
 * y = x w, with x float and rounded here, w bfloat16; everything as gemm_amx_product has it, but
 * for the order of sums. That is the instruction's: of each pair of inputs, counted from 0, the odd
 * one's product is added first, then the even one's, each fused and rounded to the nearest float,
 * ties to even; denormal numbers are taken as 0 and denormal sums made 0, whatever the mode of the
 * thread (Intel 64 and IA-32 Architectures Software Developer's Manual, VDPBF16PS; so did the
 * processor tested). One row's sums depend on that row alone. Bits differ from those of tiles and
 * of BLAS.
 *
 * x, y     [rows, in] and [rows, columns], `ldx` and `ldy` numbers from one row to the next
 * w        panels of 16 columns, each [deep / 2, 16, 2], deep being `in` filled up: for each pair
 * of inputs the columns in turn, both numbers of each: one vector; panels that begin before
 * `columns` are read; 64-byte aligned scratch  [GEMM_BF16_STRIP * deep] 64-byte aligned
 *
 * Only where gemm_bf16_can(). Allocates nothing.
 */
void gemm_bf16_product(const float *x, size_t ldx, size_t rows, size_t in, const uint16_t *w,
		       size_t columns, float *y, size_t ldy, uint16_t *scratch);

#endif
