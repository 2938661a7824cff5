/* Matrix products: the door to OpenBLAS, cut in pieces that depend on the shape alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_BLAS_H
#define RETORT_NN_GEMM_BLAS_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/pool.h"
#include "retort/base/real.h"

/*
 * Make the library single-threaded inside our workers. With threads > 1 a build of OpenBLAS
 * without locks is refused: Debian's libopenblas0-serial returns wrong numbers when two threads
 * call it. Call once before anything else here. Main thread.
 */
int blas_init(int threads, struct err *e);

/*
 * "OpenBLAS 0.3.21 Cooperlake amx fma": bits depend on it; gemm_packed_name(), and "fma" where the
 * functions of vmath.h round products and sums once. Borrowed for the program's life.
 */
const char *blas_name(void);

/* One product C = alpha op(A) op(B) + beta C; row-major; m x k times k x n. */
struct blas_product {
	bool trans_a, trans_b;
	size_t m, n, k;
	const real *a, *b;
	size_t lda, ldb, ldc;
	real alpha; /* 0: 1 */
	real beta;
	real *c;
};

/*
 * How many pieces a product is cut in: a grid over its output, in multiples of 16, so
 * that no sum crosses a piece. 1 where a product is too small to be worth a second thread. A
 * function of m, n and k only.
 */
int blas_pieces(const struct blas_product *p);

/* Which part of C piece `index` is; nothing is computed. */
void blas_part(const struct blas_product *p, int index, size_t *row, size_t *column, size_t *rows,
	       size_t *columns);

/* Compute piece `index` of blas_pieces(p). Sets *row, *column, *rows, *columns to the part of C it
 * wrote. */
void blas_piece(const struct blas_product *p, int index, size_t *row, size_t *column, size_t *rows,
		size_t *columns);

/* The whole product, by the caller: what a piece of larger work asks for. m, n and k are not 0. */
void blas_one(const struct blas_product *p);

/* All pieces, on the pool. */
void blas_run(struct pool *pool, const struct blas_product *p);

#endif
