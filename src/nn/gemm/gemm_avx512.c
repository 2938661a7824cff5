/* gemm_avx512.c: products in single precision with weights laid out in panels, for AVX-512. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/gemm_avx512.h"

#include "retort/base/multi.h"

#if defined __x86_64__

#include <immintrin.h>
#include <stdint.h>

#define ROWS 6
#define WIDE 4 /* panels side by side */
#define GROUP (WIDE * GEMM_AVX512_UNIT)
#define VECTOR __attribute__((target("avx512f")))
#define INLINE static inline __attribute__((always_inline, target("avx512f")))

struct tile {
	const float *x;
	size_t ldx, in;
	const float *w;
	float *y;
	size_t ldy;
	__mmask16 last; /* columns of the last panel that there are */
};

/* `rows` and `panels` are constants wherever this is called, as `adds` is: the loops over them
 * leave registers alone. */
INLINE void
multiply(const struct tile *t, const bool adds, const int rows, const int panels)
{
	size_t in = t->in, stride = in * GEMM_AVX512_UNIT;
	__m512 sum[ROWS][WIDE];

	MULTI_UNROLL
	for (int i = 0; i < rows; i++)
		MULTI_UNROLL
	for (int p = 0; p < panels; p++)
		sum[i][p] = _mm512_setzero_ps();
	for (size_t k = 0; k < in; k++) {
		__m512 b[WIDE];

		MULTI_UNROLL
		for (int p = 0; p < panels; p++)
			b[p] = _mm512_loadu_ps(t->w + (size_t)p * stride + k * GEMM_AVX512_UNIT);
		MULTI_UNROLL
		for (int i = 0; i < rows; i++) {
			__m512 a = _mm512_set1_ps(t->x[(size_t)i * t->ldx + k]);

			MULTI_UNROLL
			for (int p = 0; p < panels; p++)
				sum[i][p] = _mm512_fmadd_ps(a, b[p], sum[i][p]);
		}
	}
	MULTI_UNROLL
	for (int i = 0; i < rows; i++)
		MULTI_UNROLL
	for (int p = 0; p < panels; p++) {
		float *y = t->y + (size_t)i * t->ldy + (size_t)p * GEMM_AVX512_UNIT;
		__mmask16 mask = p == panels - 1 ? t->last : 0xFFFF;

		_mm512_mask_storeu_ps(
			y, mask,
			adds ? _mm512_add_ps(_mm512_maskz_loadu_ps(mask, y), sum[i][p])
			     : sum[i][p]);
	}
}

/* Every row of one group of panels, six at a time; a row's sum is the same in whatever company. */
INLINE void
down(struct tile t, size_t rows, const bool adds, const int panels)
{
	for (; rows >= ROWS; rows -= ROWS, t.x += ROWS * t.ldx, t.y += ROWS * t.ldy)
		multiply(&t, adds, ROWS, panels);
	switch (rows) {
	case 5:
		multiply(&t, adds, 5, panels);
		break;
	case 4:
		multiply(&t, adds, 4, panels);
		break;
	case 3:
		multiply(&t, adds, 3, panels);
		break;
	case 2:
		multiply(&t, adds, 2, panels);
		break;
	case 1:
		multiply(&t, adds, 1, panels);
		break;
	default:
		break;
	}
}

/* One group of at most WIDE panels, of which `columns` columns are there. */
INLINE void
group(struct tile t, size_t rows, size_t columns, const bool adds)
{
	t.last = columns % GEMM_AVX512_UNIT ? (__mmask16)((1u << columns % GEMM_AVX512_UNIT) - 1)
					    : 0xFFFF;
	switch ((columns + GEMM_AVX512_UNIT - 1) / GEMM_AVX512_UNIT) {
	case 1:
		down(t, rows, adds, 1);
		break;
	case 2:
		down(t, rows, adds, 2);
		break;
	case 3:
		down(t, rows, adds, 3);
		break;
	default:
		down(t, rows, adds, WIDE);
	}
}

bool
gemm_avx512_there(void)
{
	return __builtin_cpu_supports("avx512f");
}

VECTOR void
gemm_avx512_product(const float *x, size_t ldx, size_t rows, size_t in, const float *w,
		    size_t columns, float *y, size_t ldy)
{
	for (size_t c = 0; c < columns; c += GROUP) {
		struct tile t = { x, ldx, in, w + c * in, y + c, ldy, 0 };

		group(t, rows, columns - c < GROUP ? columns - c : GROUP, false);
	}
}

VECTOR void
gemm_avx512_add(const float *x, size_t ldx, size_t rows, size_t in, const float *w, size_t columns,
		float *y, size_t ldy)
{
	for (size_t c = 0; c < columns; c += GROUP) {
		struct tile t = { x, ldx, in, w + c * in, y + c, ldy, 0 };

		group(t, rows, columns - c < GROUP ? columns - c : GROUP, true);
	}
}

VECTOR void
gemm_avx512_lay(const float *w, size_t ldw, size_t in, size_t columns, float *out)
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
gemm_avx512_lay_turned(const float *w, size_t ldw, size_t in, size_t columns, float *out)
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
gemm_avx512_there(void)
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
gemm_avx512_lay(const float *w, size_t ldw, size_t in, size_t columns, float *out)
{
	(void)w, (void)ldw, (void)in, (void)columns, (void)out;
}

void
gemm_avx512_lay_turned(const float *w, size_t ldw, size_t in, size_t columns, float *out)
{
	(void)w, (void)ldw, (void)in, (void)columns, (void)out;
}

#endif
