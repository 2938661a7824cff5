/* panels.c: products in single precision with weights laid out in panels, for AVX-512. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/engine/panels.h"

#include "retort/base/multi.h"

#if defined __x86_64__

#include <immintrin.h>

#define ROWS 6
#define WIDE 4 /* panels side by side */
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

/* `rows` and `panels` are constants wherever this is called: the loops over them leave registers alone. */
INLINE void
multiply(const struct tile *t, const int rows, const int panels)
{
	size_t in = t->in, stride = in * PANELS_UNIT;
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
			b[p] = _mm512_loadu_ps(t->w + (size_t)p * stride + k * PANELS_UNIT);
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
		for (int p = 0; p < panels; p++)
			_mm512_mask_storeu_ps(t->y + (size_t)i * t->ldy + (size_t)p * PANELS_UNIT,
					      p == panels - 1 ? t->last : 0xFFFF, sum[i][p]);
}

/* Every row of one group of panels, six at a time; a row's sum is the same in whatever company. */
INLINE void
down(struct tile t, size_t rows, const int panels)
{
	for (; rows >= ROWS; rows -= ROWS, t.x += ROWS * t.ldx, t.y += ROWS * t.ldy)
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

bool
panels_there(void)
{
	return __builtin_cpu_supports("avx512f");
}

VECTOR void
panels_product(const float *x, size_t ldx, size_t rows, size_t in, const float *w, size_t columns, float *y, size_t ldy)
{
	for (size_t c = 0; c < columns; c += WIDE * PANELS_UNIT) {
		size_t left = columns - c, rest = left % PANELS_UNIT;
		size_t panels = (left + PANELS_UNIT - 1) / PANELS_UNIT;
		struct tile t = { x, ldx, in, w + c * in, y + c, ldy, 0xFFFF };

		if (panels <= WIDE && rest)
			t.last = (__mmask16)((1u << rest) - 1);
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

#else

bool
panels_there(void)
{
	return false;
}

void
panels_product(const float *x, size_t ldx, size_t rows, size_t in, const float *w, size_t columns, float *y, size_t ldy)
{
	(void)x, (void)ldx, (void)rows, (void)in, (void)w, (void)columns, (void)y, (void)ldy;
}

#endif
