/* Matrix products by OpenBLAS, in pieces that depend on the shape alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_BLAS_H
#define RETORT_NN_GEMM_BLAS_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/pool.h"
#include "retort/base/real.h"

/*
 * Set OpenBLAS to one thread a call; parallelism comes from the pool. Must be called once, on the
 * main thread, before any other function of this file. With threads > 1 fails on a build of
 * OpenBLAS without locks (Debian's libopenblas0-serial), which computes wrong results when called
 * from several threads. 0, or -1 and an error.
 */
int blas_init(int threads, struct err *e);

/*
 * Name of the kernels that results depend on, to the bit: "OpenBLAS 0.3.21 Cooperlake amx fma",
 * that is version and core of the library, gemm_packed_name(), and "fma" where vmath_fuses().
 * Static storage.
 */
const char *blas_name(void);

/* C = alpha op(A) op(B) + beta C, row-major: op(A) [m, k], op(B) [k, n], C [m, n]. */
struct blas_product {
	bool trans_a, trans_b;
	size_t m, n, k;
	const real *a, *b;
	size_t lda, ldb, ldc;
	real alpha; /* 0 means 1 */
	real beta;
	real *c;
};

/* The product with leading dimensions of matrices whose rows follow each other without a gap. */
struct blas_product blas_contiguous(struct blas_product p);

/*
 * Number of pieces of a product: a grid over C in multiples of 16 rows and columns, so that no sum
 * crosses a piece. 1 for a product too small for a second thread. A function of m, n and k alone.
 */
int blas_pieces(const struct blas_product *p);

/* The part of C that piece `index` covers. */
void blas_part(const struct blas_product *p, int index, size_t *row, size_t *column, size_t *rows,
	       size_t *columns);

/* Compute piece `index` of blas_pieces(p) and return the part of C written, as blas_part does. */
void blas_piece(const struct blas_product *p, int index, size_t *row, size_t *column, size_t *rows,
		size_t *columns);

/* Compute the whole product on the calling thread, from inside a piece of larger work. m, n and k
 * are not 0. */
void blas_one(const struct blas_product *p);

/* Compute all pieces on the pool. */
void blas_run(struct pool *pool, const struct blas_product *p);

#endif
