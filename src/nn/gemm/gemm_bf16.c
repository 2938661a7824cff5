/* gemm_bf16.c: products in bfloat16 with AVX512-BF16. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/gemm_bf16.h"

#if defined __x86_64__ && (defined __clang__ || __GNUC__ >= 10)

#include <immintrin.h>
#include <string.h>

#include "retort/nn/gemm/gemm_round.h"

#define VECTOR __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
#define INLINE                                                                          \
	static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512vl," \
							   "avx512bf16")))

/* A step is a pair of inputs. */
#define GEMM_TILE_TARGET VECTOR
#define GEMM_TILE_NUMBER uint16_t
#define GEMM_TILE_STEP 2
typedef __m512i gemm_tile_vector;

INLINE __m512i
load_w(const uint16_t *w)
{
	return _mm512_load_si512(w);
}

INLINE __m512i
load_x(const uint16_t *x)
{
	int both;

	memcpy(&both, x, sizeof both);
	return _mm512_set1_epi32(both);
}

INLINE __m512
multiply_add(__m512i x, __m512i w, __m512 sum)
{
	return _mm512_dpbf16_ps(sum, (__m512bh)x, (__m512bh)w);
}

#include "retort/nn/gemm/gemm_tile.h"

/* Round rows of x to [rows, depth], padded with zeros. */
VECTOR static void
round_rows(const float *x, size_t ldx, size_t rows, size_t in, size_t depth, uint16_t *out)
{
	for (size_t i = 0; i < rows; i++, x += ldx)
		for (size_t k = 0; k < depth; k += GEMM_BF16_UNIT, out += GEMM_BF16_UNIT)
			gemm_round_unit(x, k, in, in, out);
}

/* Compute all columns of at most GEMM_BF16_STRIP rows, which stay in the second-level cache while
 * the weight is read. */
VECTOR static void
multiply_strip(struct gemm_tile t, size_t rows, size_t columns)
{
	t.adds = false; /* a constant, which leaves the branch out of the kernel */
	gemm_tile_product(t, rows, columns);
}

bool
gemm_bf16_supported(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bf16");
}

bool
gemm_bf16_available(void)
{
	return __builtin_cpu_is("amd") && gemm_bf16_supported();
}

void
gemm_bf16_product(const float *x, size_t ldx, size_t rows, size_t in, const uint16_t *w,
		  size_t columns, float *y, size_t ldy, uint16_t *scratch)
{
	size_t depth = (in + GEMM_BF16_UNIT - 1) / GEMM_BF16_UNIT * GEMM_BF16_UNIT;
	struct gemm_tile t = {
		.x = scratch, .ldx = depth, .in = in, .w = w, .depth = depth, .ldy = ldy
	};

	for (size_t i = 0; i < rows; i += GEMM_BF16_STRIP) {
		size_t n = rows - i < GEMM_BF16_STRIP ? rows - i : GEMM_BF16_STRIP;

		round_rows(x + i * ldx, ldx, n, in, depth, scratch);
		t.y = y + i * ldy;
		multiply_strip(t, n, columns);
	}
}

#else

bool
gemm_bf16_supported(void)
{
	return false;
}

bool
gemm_bf16_available(void)
{
	return false;
}

void
gemm_bf16_product(const float *x, size_t ldx, size_t rows, size_t in, const uint16_t *w,
		  size_t columns, float *y, size_t ldy, uint16_t *scratch)
{
	(void)x, (void)ldx, (void)rows, (void)in, (void)w, (void)columns, (void)y, (void)ldy,
		(void)scratch;
}

#endif
