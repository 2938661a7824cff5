/* A product of rows with a weight in panels of 16 columns, kept in the registers of AVX-512. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_GEMM_TILE_H
#define RETORT_NN_GEMM_GEMM_TILE_H

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>

#include "retort/base/multi.h"

/*
 * The loops of a kernel: six rows by four panels are held in registers (the shape of Goto and van
 * de Geijn 2008, Anatomy of High-Performance Matrix Multiplication, for 32 registers: 24 sums, 4
 * vectors of w, one of x). A file that has a kernel defines, before it includes this:
 *
 * GEMM_TILE_TARGET   the attribute that names its instruction sets
 * GEMM_TILE_NUMBER   type of the numbers of x and w
 * GEMM_TILE_STEP     inputs that are multiplied at once
 * gemm_tile_vector   type of 16 GEMM_TILE_STEP of these numbers
 * load_w(w)          one step of a panel
 * load_x(x)          one step of a row, the same in every lane
 * multiply_add(x, w, sum)
 *
 * These are names, not pointers in a struct: all of it has to be inlined, with the counts of rows
 * and panels as constants, for the sums to stay in registers.
 */
#define GEMM_TILE_ROWS 6
#define GEMM_TILE_PANELS 4 /* side by side */
#define GEMM_TILE_PANEL 16 /* columns of a panel: one vector of sums */
#define GEMM_TILE_INLINE static inline __attribute__((always_inline)) GEMM_TILE_TARGET

struct gemm_tile {
	const GEMM_TILE_NUMBER *x; /* [rows, ldx] */
	size_t ldx, in;
	const GEMM_TILE_NUMBER *w; /* panels, each [depth, 16] */
	size_t depth;              /* inputs of a panel, filled up to a multiple of the step */
	float *y;                  /* [rows, ldy] */
	size_t ldy;
	bool adds;      /* y += x w, not y = x w */
	__mmask16 last; /* columns that the last panel of a group has */
};

/* `rows` and `panels` are constants wherever this is called, as t->adds is. Steps after the last
 * input are left out. */
GEMM_TILE_INLINE void
gemm_tile_block(const struct gemm_tile *t, const int rows, const int panels)
{
	size_t in = t->in, stride = t->depth * GEMM_TILE_PANEL;
	__m512 sum[GEMM_TILE_ROWS][GEMM_TILE_PANELS];

	MULTI_UNROLL
	for (int i = 0; i < rows; i++)
		MULTI_UNROLL
	for (int p = 0; p < panels; p++)
		sum[i][p] = _mm512_setzero_ps();
	for (size_t k = 0; k < in; k += GEMM_TILE_STEP) {
		gemm_tile_vector b[GEMM_TILE_PANELS];

		MULTI_UNROLL
		for (int p = 0; p < panels; p++)
			b[p] = load_w(t->w + (size_t)p * stride + k * GEMM_TILE_PANEL);
		MULTI_UNROLL
		for (int i = 0; i < rows; i++) {
			gemm_tile_vector a = load_x(t->x + (size_t)i * t->ldx + k);

			MULTI_UNROLL
			for (int p = 0; p < panels; p++)
				sum[i][p] = multiply_add(a, b[p], sum[i][p]);
		}
	}
	MULTI_UNROLL
	for (int i = 0; i < rows; i++)
		MULTI_UNROLL
	for (int p = 0; p < panels; p++) {
		float *y = t->y + (size_t)i * t->ldy + (size_t)p * GEMM_TILE_PANEL;
		__mmask16 mask = p == panels - 1 ? t->last : 0xFFFF;

		_mm512_mask_storeu_ps(
			y, mask,
			t->adds ? _mm512_add_ps(_mm512_maskz_loadu_ps(mask, y), sum[i][p])
				: sum[i][p]);
	}
}

/* All rows of one group of panels, six at a time. The sum of a row does not depend on the rows
 * beside it. */
GEMM_TILE_INLINE void
gemm_tile_rows(struct gemm_tile t, size_t rows, const int panels)
{
	for (; rows >= GEMM_TILE_ROWS;
	     rows -= GEMM_TILE_ROWS, t.x += GEMM_TILE_ROWS * t.ldx, t.y += GEMM_TILE_ROWS * t.ldy)
		gemm_tile_block(&t, GEMM_TILE_ROWS, panels);
	switch (rows) {
	case 5:
		gemm_tile_block(&t, 5, panels);
		break;
	case 4:
		gemm_tile_block(&t, 4, panels);
		break;
	case 3:
		gemm_tile_block(&t, 3, panels);
		break;
	case 2:
		gemm_tile_block(&t, 2, panels);
		break;
	case 1:
		gemm_tile_block(&t, 1, panels);
		break;
	default:
		break;
	}
}

/* All rows by all columns, a group of panels at a time. */
GEMM_TILE_INLINE void
gemm_tile_product(struct gemm_tile t, size_t rows, size_t columns)
{
	const size_t group = GEMM_TILE_PANELS * GEMM_TILE_PANEL;

	for (size_t c = 0; c < columns; c += group, t.w += group * t.depth, t.y += group) {
		size_t n = columns - c;

		t.last = n < group && n % GEMM_TILE_PANEL
				 ? (__mmask16)((1u << n % GEMM_TILE_PANEL) - 1)
				 : 0xFFFF;
		switch ((n + GEMM_TILE_PANEL - 1) / GEMM_TILE_PANEL) {
		case 1:
			gemm_tile_rows(t, rows, 1);
			break;
		case 2:
			gemm_tile_rows(t, rows, 2);
			break;
		case 3:
			gemm_tile_rows(t, rows, 3);
			break;
		default:
			gemm_tile_rows(t, rows, GEMM_TILE_PANELS);
		}
	}
}

#endif
