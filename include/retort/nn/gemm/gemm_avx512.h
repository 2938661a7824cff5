/* Products in single precision with a weight that stays: laid out once as the vectors of AVX-512
 * read it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_GEMM_AVX512_H
#define RETORT_NN_GEMM_GEMM_AVX512_H

#include <stdbool.h>
#include <stddef.h>

#define GEMM_AVX512_UNIT 16 /* columns of a panel: one vector */

/* The processor has AVX-512. Any thread. */
bool gemm_avx512_there(void);

/*
 * y = x w. A BLAS copies both operands into an order of its own at every call; a weight that never
 * changes need be copied once, and rows of x are read where they lie. Six rows by four panels are
 * held in registers (the shape of Goto and van de Geijn 2008, Anatomy of High-Performance Matrix
 * Multiplication, for 32 registers); a sum runs over the inputs in order and depends on its row and
 * column alone.
 *
 * x, y  [rows, in] and [rows, columns], `ldx` and `ldy` numbers from one row to the next
 * w     panels of 16 columns, each [in, 16], those behind the last column filled with zeros;
 * 64-byte aligned
 *
 * Only where gemm_avx512_there(). Allocates nothing.
 */
void gemm_avx512_product(const float *x, size_t ldx, size_t rows, size_t in, const float *w,
			 size_t columns, float *y, size_t ldy);

/* The same, added to y. */
void gemm_avx512_add(const float *x, size_t ldx, size_t rows, size_t in, const float *w,
		     size_t columns, float *y, size_t ldy);

/*
 * Panels from w [in, columns], or turned, from w [columns, in] with 16 ldw below 2^31; `ldw`
 * numbers from one row to the next. out: `in` numbers for each column, filled up to a multiple
 * of 16.
 */
void gemm_avx512_lay(const float *w, size_t ldw, size_t in, size_t columns, float *out);
void gemm_avx512_lay_turned(const float *w, size_t ldw, size_t in, size_t columns, float *out);

#endif
