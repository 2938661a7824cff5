/* gemm_repack.c: products of many rows with a weight packed for one product. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/gemm_repack.h"

#include "retort/nn/gemm/shard.h"
#include "retort/nn/gemm/gemm_avx512.h"

#define ROWS 512 /* at least; packing costs as much as some twenty rows of the product */

static size_t
panels(size_t columns)
{
	return (columns + GEMM_AVX512_UNIT - 1) / GEMM_AVX512_UNIT;
}

bool
gemm_repack_fits(const struct blas_product *p)
{
	return sizeof(real) == sizeof(float) && p->m >= ROWS && !p->trans_a && p->alpha == 0 &&
	       (p->beta == 0 || p->beta == 1) && blas_pieces(p) > 1 && gemm_avx512_available();
}

size_t
gemm_repack_room(size_t in, size_t out)
{
	size_t down = in * panels(out), up = out * panels(in);

	return (down > up ? down : up) * GEMM_AVX512_UNIT;
}

int
gemm_repack_pack_pieces(const struct blas_product *p)
{
	return shard_pieces(panels(p->n), p->k * GEMM_AVX512_UNIT);
}

void
gemm_repack_pack_piece(const struct blas_product *p, real *room, int index)
{
	int pieces = gemm_repack_pack_pieces(p);
	size_t from = shard_from(panels(p->n), pieces, index) * GEMM_AVX512_UNIT;
	size_t to = shard_from(panels(p->n), pieces, index + 1) * GEMM_AVX512_UNIT;

	to = to < p->n ? to : p->n;
	if (p->trans_b)
		gemm_avx512_pack_transposed((const void *)(p->b + from * p->ldb), p->ldb, p->k,
					    to - from, (void *)(room + from * p->k));
	else
		gemm_avx512_pack((const void *)(p->b + from), p->ldb, p->k, to - from,
				 (void *)(room + from * p->k));
}

void
gemm_repack_piece(const struct blas_product *p, const real *room, int index, size_t *row,
		  size_t *column, size_t *rows, size_t *columns)
{
	const void *a, *w;
	void *c;

	blas_part(p, index, row, column, rows, columns);
	a = p->a + *row * p->lda;
	w = room + *column * p->k;
	c = p->c + *row * p->ldc + *column;
	if (p->beta != 0)
		gemm_avx512_add(a, p->lda, *rows, p->k, w, *columns, c, p->ldc);
	else
		gemm_avx512_product(a, p->lda, *rows, p->k, w, *columns, c, p->ldc);
}
