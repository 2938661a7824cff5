/* Products in bfloat16 with AVX512-BF16, for processors without AMX. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_GEMM_BF16_H
#define RETORT_NN_GEMM_GEMM_BF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GEMM_BF16_UNIT \
	32 /* inputs and columns of a weight are padded with zeros to a multiple of it */
#define GEMM_BF16_STRIP 64 /* rows rounded at a time */

/* Whether the processor has the instruction, VDPBF16PS, and the system saves its registers. Any
 * thread. */
bool gemm_bf16_supported(void);

/*
 * Whether it is also faster than single precision: on processors by AMD. On Intel's Sapphire Rapids
 * the instruction starts every second cycle, while two of single precision start in each: 57 % of
 * the multiply-adds a second of gemm_avx512.h, measured. AMD's from Zen 4 on start it as often as
 * those, for twice as many multiply-adds, by published figures. Any thread.
 */
bool gemm_bf16_available(void);

/*
 * Compute y = x w, with x rounded to bfloat16 here and w in bfloat16. Arguments are those of
 * gemm_amx_product, with w 64-byte aligned too; only panels that begin before `columns` are read.
 * The order of sums is that of the instruction: of each pair of inputs, counted from 0, the product
 * of the odd one is added first, then that of the even one, each fused and rounded to the nearest
 * float, ties to even; denormal inputs and sums become 0, whatever the mode of the thread (Intel 64
 * and IA-32 Architectures Software Developer's Manual, VDPBF16PS; confirmed on the processor
 * tested). A row of y depends on its row of x alone. Bits differ from those of AMX and of BLAS.
 * Requires gemm_bf16_supported(). Allocates nothing.
 */
void gemm_bf16_product(const float *x, size_t ldx, size_t rows, size_t in, const uint16_t *w,
		       size_t columns, float *y, size_t ldy, uint16_t *scratch);

#endif
