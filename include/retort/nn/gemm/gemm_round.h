/* Rounding of rows to bfloat16 with AVX512-BF16; for the files of kernels, on x86-64 alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_GEMM_ROUND_H
#define RETORT_NN_GEMM_GEMM_ROUND_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define GEMM_ROUND_UNIT 32 /* numbers that are rounded together: one vector of bfloat16 */

/* The mask of those of 16 numbers, from `at` on, that lie before `end`. */
static inline __mmask16
gemm_round_lanes(size_t at, size_t end)
{
	size_t n = at < end ? end - at : 0;

	return (__mmask16)(n < 16 ? (1u << n) - 1 : 0xFFFF);
}

/*
 * Round numbers k .. k + 32 of x, a row of `in` numbers of which only `end` count (0 or `in`), into
 * out[32]; zeros after the end. To the nearest, ties to even, as gemm_packed.c does with integers.
 */
static inline __attribute__((always_inline, target("avx512f,avx512bf16"))) void
gemm_round_unit(const float *x, size_t k, size_t in, size_t end, uint16_t *out)
{
	__m512 low = _mm512_maskz_loadu_ps(gemm_round_lanes(k, end), x + k);
	__m512 high = _mm512_maskz_loadu_ps(gemm_round_lanes(k + 16, end),
					    x + (k + 16 < in ? k + 16 : 0));

	_mm512_store_si512(out, (__m512i)_mm512_cvtne2ps_pbh(high, low));
}

#endif
