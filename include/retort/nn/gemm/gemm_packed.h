/* Products with a constant weight, packed once for the vectors of the machine or rounded to
 * bfloat16. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_GEMM_PACKED_H
#define RETORT_NN_GEMM_GEMM_PACKED_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/real.h"

struct gemm_packed;

/*
 * Single precision is packed where the processor has AVX-512 (gemm_avx512.h), elsewhere not at all.
 *
 * With `bf16` weight and input are rounded to bfloat16: 8 of the 24 bits of a float, to the
 * nearest, ties to even, same range of exponents, denormal numbers to 0. A product of two is exact
 * in float. Sums are float, by AMX where it is available (gemm_amx.h), else by AVX512-BF16 where
 * that is faster (gemm_bf16.h), else by BLAS, for the same roundings without a gain in speed. Each
 * of the three adds in its own order. Where `real` is double, sums are double.
 */

/*
 * Pack a copy of w [in, out], or with `transposed` [out, in]. NULL where there is no memory or
 * where gemm_packed_size is 0 (no gain from packing). Free with gemm_packed_free.
 */
struct gemm_packed *gemm_packed_new(const real *w, size_t in, size_t out, bool transposed,
				    bool bf16);
void gemm_packed_free(struct gemm_packed *p); /* NULL: nothing */

/* Bytes of a packed weight; 0: not packed. */
size_t gemm_packed_size(size_t in, size_t out, bool bf16);

/* Kernels in use, which results depend on to the bit: "panels amx", "panels avx512bf16", "panels",
 * or "" for BLAS alone. Any thread. */
const char *gemm_packed_name(void);

/* y = x w: x [rows, in] with row stride ldx, y [rows, out] with row stride ldy. */
struct gemm_packed_product {
	const struct gemm_packed *w;
	const real *x;
	size_t rows, ldx;
	real *y;
	size_t ldy;
};

/* Number of pieces: a grid over y in multiples of 32, a function of rows, in and out alone. */
int gemm_packed_pieces(const struct gemm_packed_product *p);

/*
 * Compute piece `index` and return the part of y written in *row, *column, *rows, *columns.
 * `scratch` is gemm_packed_scratch(in) numbers of the calling thread, 64-byte aligned. Allocates
 * nothing.
 */
void gemm_packed_piece(const struct gemm_packed_product *p, int index, real *scratch, size_t *row,
		       size_t *column, size_t *rows, size_t *columns);
size_t gemm_packed_scratch(size_t in);

#endif
