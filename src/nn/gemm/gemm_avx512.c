/* gemm_avx512.c: products in single precision with packed weights, for AVX-512. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/gemm_avx512.h"

#if defined __x86_64__

#include <immintrin.h>
#include <stdint.h>

#define VECTOR __attribute__((target("avx512f")))
#define INLINE static inline __attribute__((always_inline, target("avx512f")))

#define GEMM_TILE_TARGET VECTOR
#define GEMM_TILE_NUMBER float
#define GEMM_TILE_STEP 1
typedef __m512 gemm_tile_vector;

INLINE __m512
load_w(const float *w)
{
	return _mm512_loadu_ps(w);
}

INLINE __m512
load_x(const float *x)
{
	return _mm512_set1_ps(*x);
}

INLINE __m512
multiply_add(__m512 x, __m512 w, __m512 sum)
{
	return _mm512_fmadd_ps(x, w, sum);
}

#include "retort/nn/gemm/gemm_tile.h"

_Static_assert(GEMM_TILE_PANEL == GEMM_AVX512_UNIT, "one width of panels");

bool
gemm_avx512_available(void)
{
	return __builtin_cpu_supports("avx512f");
}

VECTOR void
gemm_avx512_product(const float *x, size_t ldx, size_t rows, size_t in, const float *w,
		    size_t columns, float *y, size_t ldy)
{
	struct gemm_tile t = {
		.x = x, .ldx = ldx, .in = in, .w = w, .depth = in, .y = y, .ldy = ldy, .adds = false
	};

	gemm_tile_product(t, rows, columns);
}

VECTOR void
gemm_avx512_add(const float *x, size_t ldx, size_t rows, size_t in, const float *w, size_t columns,
		float *y, size_t ldy)
{
	struct gemm_tile t = {
		.x = x, .ldx = ldx, .in = in, .w = w, .depth = in, .y = y, .ldy = ldy, .adds = true
	};

	gemm_tile_product(t, rows, columns);
}

VECTOR void
gemm_avx512_pack(const float *w, size_t ldw, size_t in, size_t columns, float *out)
{
	for (size_t c = 0; c < columns; c += GEMM_AVX512_UNIT, out += in * GEMM_AVX512_UNIT) {
		size_t n = columns - c;
		__mmask16 mask = (__mmask16)(n < GEMM_AVX512_UNIT ? (1u << n) - 1 : 0xFFFF);

		for (size_t k = 0; k < in; k++)
			_mm512_storeu_ps(out + k * GEMM_AVX512_UNIT,
					 _mm512_maskz_loadu_ps(mask, w + k * ldw + c));
	}
}

VECTOR void
gemm_avx512_pack_transposed(const float *w, size_t ldw, size_t in, size_t columns, float *out)
{
	__m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
	__m512i at = _mm512_mullo_epi32(lane, _mm512_set1_epi32((int32_t)ldw));

	for (size_t c = 0; c < columns; c += GEMM_AVX512_UNIT, out += in * GEMM_AVX512_UNIT) {
		size_t n = columns - c;
		__mmask16 mask = (__mmask16)(n < GEMM_AVX512_UNIT ? (1u << n) - 1 : 0xFFFF);

		for (size_t k = 0; k < in; k++)
			_mm512_storeu_ps(out + k * GEMM_AVX512_UNIT,
					 _mm512_mask_i32gather_ps(_mm512_setzero_ps(), mask, at,
								  w + c * ldw + k, sizeof *w));
	}
}

#else

bool
gemm_avx512_available(void)
{
	return false;
}

void
gemm_avx512_product(const float *x, size_t ldx, size_t rows, size_t in, const float *w,
		    size_t columns, float *y, size_t ldy)
{
	(void)x, (void)ldx, (void)rows, (void)in, (void)w, (void)columns, (void)y, (void)ldy;
}

void
gemm_avx512_add(const float *x, size_t ldx, size_t rows, size_t in, const float *w, size_t columns,
		float *y, size_t ldy)
{
	(void)x, (void)ldx, (void)rows, (void)in, (void)w, (void)columns, (void)y, (void)ldy;
}

void
gemm_avx512_pack(const float *w, size_t ldw, size_t in, size_t columns, float *out)
{
	(void)w, (void)ldw, (void)in, (void)columns, (void)out;
}

void
gemm_avx512_pack_transposed(const float *w, size_t ldw, size_t in, size_t columns, float *out)
{
	(void)w, (void)ldw, (void)in, (void)columns, (void)out;
}

#endif
