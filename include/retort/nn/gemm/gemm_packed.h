/* Products with a weight that stays: laid out once for the machine's vectors, or rounded to
 * bfloat16. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_GEMM_PACKED_H
#define RETORT_NN_GEMM_GEMM_PACKED_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/real.h"

struct gemm_packed;

/*
 * In single precision by panels.h, where the processor has AVX-512; elsewhere nothing is packed.
 *
 * With `bf16` weight and input are rounded to bfloat16: 8 bits of the 24 that float has, to the
 * nearest, ties to even, the same range of exponents, denormal numbers to 0. Products of two are
 * exact in float; they are added in float, by the tiles of AMX where the processor has them and the
 * system lets us (tiles.h), else by the vectors of AVX512-BF16 where they pay (dots.h), else by
 * BLAS, which gains nothing but the same roundings. Each of the three adds in an order of its own.
 * In the library of double numbers the sums are double.
 */

/*
 * From w [in, out], or with `transposed` [out, in], which may go away then. NULL where there is no
 * memory, or where gemm_packed_size is 0: packing would gain nothing.
 */
struct gemm_packed *gemm_packed_new(const real *w, size_t in, size_t out, bool transposed,
				    bool bf16);
void gemm_packed_free(struct gemm_packed *p); /* gemm_packed_free(NULL) is fine */

/* Bytes that gemm_packed_new asks for. */
size_t gemm_packed_size(size_t in, size_t out, bool bf16);

/* "panels amx", "panels avx512bf16", "panels", or "" where BLAS does it all: bits depend on it. Any
 * thread. */
const char *gemm_packed_name(void);

/* y = x w: x [rows, in] and y [rows, out], `ldx` and `ldy` numbers from one row to the next. */
struct gemm_packed_product {
	const struct gemm_packed *w;
	const real *x;
	size_t rows, ldx;
	real *y;
	size_t ldy;
};

/* As blas_pieces: a grid over y in multiples of 32, a function of rows, in and out alone. */
int gemm_packed_pieces(const struct gemm_packed_product *p);

/*
 * Compute piece `index`. Sets *row, *column, *rows, *columns to the part of y it wrote. `scratch`
 * is gemm_packed_scratch(in) numbers of the calling thread, 64-byte aligned. Allocates nothing.
 */
void gemm_packed_piece(const struct gemm_packed_product *p, int index, real *scratch, size_t *row,
		       size_t *column, size_t *rows, size_t *columns);
size_t gemm_packed_scratch(size_t in);

#endif
