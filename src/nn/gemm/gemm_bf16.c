/* gemm_bf16.c: products in bfloat16 with the vectors of AVX512-BF16. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/gemm_bf16.h"

#include "retort/base/multi.h"

#if defined __x86_64__ && (defined __clang__ || __GNUC__ >= 10)

#include <immintrin.h>
#include <string.h>

#define ROWS 6
#define WIDE                                                                                       \
	4 /* panels side by side: with six rows 24 sums, 4 vectors of w and a pair of x fill 29 of \
	     32 registers */
#define PANEL 16 /* columns of a panel: one vector of sums */
#define VECTOR __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
#define INLINE                                                                          \
	static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512vl," \
							   "avx512bf16")))

struct tile {
	const uint16_t *x; /* [rows, deep] */
	size_t in, deep;
	const uint16_t *w;
	float *y;
	size_t ldy;
	__mmask16 last; /* columns of the last panel that there are */
};

/* The lanes of 16 that lie before `end`, from `at` on. */
static __mmask16
lanes(size_t at, size_t end)
{
	size_t n = at < end ? end - at : 0;

	return (__mmask16)(n < 16 ? (1u << n) - 1 : 0xFFFF);
}

/* Rows of x one behind the other, zeros where x ends. The instruction rounds as packed.c does with
 * integers. */
VECTOR static void
round_rows(const float *x, size_t ldx, size_t rows, size_t in, size_t deep, uint16_t *out)
{
	for (size_t i = 0; i < rows; i++, x += ldx)
		for (size_t k = 0; k < deep; k += GEMM_BF16_UNIT, out += GEMM_BF16_UNIT) {
			__m512 low = _mm512_maskz_loadu_ps(lanes(k, in), x + k);
			__m512 high = _mm512_maskz_loadu_ps(lanes(k + 16, in),
							    x + (k + 16 < in ? k + 16 : 0));

			_mm512_store_si512(out, (__m512i)_mm512_cvtne2ps_pbh(high, low));
		}
}

/* Two neighbours of a row of x, in every lane. */
INLINE __m512i
pair(const uint16_t *x)
{
	int both;

	memcpy(&both, x, sizeof both);
	return _mm512_set1_epi32(both);
}

/*
 * `rows` and `panels` are constants wherever this is called: the loops over them leave registers
 * alone. Pairs of nothing but filling are left out; they would add 0.
 */
INLINE void
multiply(const struct tile *t, const int rows, const int panels)
{
	size_t deep = t->deep, stride = deep * PANEL;
	__m512 sum[ROWS][WIDE];

	MULTI_UNROLL
	for (int i = 0; i < rows; i++)
		MULTI_UNROLL
	for (int p = 0; p < panels; p++)
		sum[i][p] = _mm512_setzero_ps();
	for (size_t k = 0; k < t->in; k += 2) {
		__m512i b[WIDE];

		MULTI_UNROLL
		for (int p = 0; p < panels; p++)
			b[p] = _mm512_load_si512(t->w + (size_t)p * stride + k * PANEL);
		MULTI_UNROLL
		for (int i = 0; i < rows; i++) {
			__m512i a = pair(t->x + (size_t)i * deep + k);

			MULTI_UNROLL
			for (int p = 0; p < panels; p++)
				sum[i][p] =
					_mm512_dpbf16_ps(sum[i][p], (__m512bh)a, (__m512bh)b[p]);
		}
	}
	MULTI_UNROLL
	for (int i = 0; i < rows; i++)
		MULTI_UNROLL
	for (int p = 0; p < panels; p++)
		_mm512_mask_storeu_ps(t->y + (size_t)i * t->ldy + (size_t)p * PANEL,
				      p == panels - 1 ? t->last : 0xFFFF, sum[i][p]);
}

/* Every row of one group of panels, six at a time; a row's sum is the same in whatever company. */
INLINE void
down(struct tile t, size_t rows, const int panels)
{
	for (; rows >= ROWS; rows -= ROWS, t.x += ROWS * t.deep, t.y += ROWS * t.ldy)
		multiply(&t, ROWS, panels);
	switch (rows) {
	case 5:
		multiply(&t, 5, panels);
		break;
	case 4:
		multiply(&t, 4, panels);
		break;
	case 3:
		multiply(&t, 3, panels);
		break;
	case 2:
		multiply(&t, 2, panels);
		break;
	case 1:
		multiply(&t, 1, panels);
		break;
	default:
		break;
	}
}

/* All columns of at most GEMM_BF16_STRIP rows: those stay in the second-level cache while the
 * weight passes by. */
VECTOR static void
across(struct tile t, size_t rows, size_t columns)
{
	for (size_t c = 0; c < columns;
	     c += WIDE * PANEL, t.w += WIDE * PANEL * t.deep, t.y += WIDE * PANEL) {
		size_t panels = (columns - c + PANEL - 1) / PANEL;

		t.last = panels > WIDE ? 0xFFFF : lanes((panels - 1) * PANEL, columns - c);
		switch (panels < WIDE ? panels : WIDE) {
		case 1:
			down(t, rows, 1);
			break;
		case 2:
			down(t, rows, 2);
			break;
		case 3:
			down(t, rows, 3);
			break;
		default:
			down(t, rows, WIDE);
		}
	}
}

bool
gemm_bf16_can(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bf16");
}

bool
gemm_bf16_there(void)
{
	return __builtin_cpu_is("amd") && gemm_bf16_can();
}

void
gemm_bf16_product(const float *x, size_t ldx, size_t rows, size_t in, const uint16_t *w,
		  size_t columns, float *y, size_t ldy, uint16_t *scratch)
{
	size_t deep = (in + GEMM_BF16_UNIT - 1) / GEMM_BF16_UNIT * GEMM_BF16_UNIT;

	for (size_t i = 0; i < rows; i += GEMM_BF16_STRIP) {
		size_t n = rows - i < GEMM_BF16_STRIP ? rows - i : GEMM_BF16_STRIP;

		round_rows(x + i * ldx, ldx, n, in, deep, scratch);
		across((struct tile){ scratch, in, deep, w, y + i * ldy, ldy, 0 }, n, columns);
	}
}

#else

bool
gemm_bf16_can(void)
{
	return false;
}

bool
gemm_bf16_there(void)
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
