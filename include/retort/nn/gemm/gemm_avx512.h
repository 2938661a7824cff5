/* Products in single precision with a weight packed for AVX-512. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_GEMM_AVX512_H
#define RETORT_NN_GEMM_GEMM_AVX512_H

#include <stdbool.h>
#include <stddef.h>

#define GEMM_AVX512_UNIT 16 /* columns in a panel: one vector */

/* Whether the processor has AVX-512. Any thread. */
bool gemm_avx512_available(void);

/*
 * Compute y = x w. A BLAS packs both operands at every call; here the weight is packed once and
 * rows of x are read in place. Sums run over the inputs in order and depend on their row and column
 * alone. Requires gemm_avx512_available(). Allocates nothing.
 *
 * x  [rows, in], row stride ldx
 * w  panels of 16 columns, each [in, 16], the last one padded with zeros; 64-byte aligned
 * y  [rows, columns], row stride ldy
 */
void gemm_avx512_product(const float *x, size_t ldx, size_t rows, size_t in, const float *w,
			 size_t columns, float *y, size_t ldy);

/* The same, y += x w. */
void gemm_avx512_add(const float *x, size_t ldx, size_t rows, size_t in, const float *w,
		     size_t columns, float *y, size_t ldy);

/*
 * Pack w [in, columns], or, _pack_transposed, w [columns, in], with row stride ldw (transposed: 16
 * ldw below 2^31) into panels. out: [in, columns padded to a multiple of 16].
 */
void gemm_avx512_pack(const float *w, size_t ldw, size_t in, size_t columns, float *out);
void gemm_avx512_pack_transposed(const float *w, size_t ldw, size_t in, size_t columns, float *out);

#endif
