/* blas.c: the door to OpenBLAS. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/engine/blas.h"

#include <cblas.h>
#include <stdio.h>
#include <string.h>

#include "retort/engine/vmath.h"

#ifdef RETORT_REAL_DOUBLE
#define GEMM cblas_dgemm
#else
#define GEMM cblas_sgemm
#endif

#define UNIT 16           /* pieces are multiples of it: a micro-kernel's width */
#define PIECES 8          /* of a large product: enough to share with a core half taken away */
#define SMALL 1500000.0   /* multiply-adds below which waking a worker costs more than it gives */

int
blas_init(int threads, struct err *e)
{
	if (threads > 1 && openblas_get_parallel() == 0)
		return err_set(e, "threads: %d asked for, but this OpenBLAS is the serial build, which "
				  "gives wrong results from several threads; install libopenblas0-pthread "
				  "or use --threads 1", threads);
	openblas_set_num_threads(1);
	return 0;
}

const char *
blas_name(void)
{
	static char name[64];
	char version[32] = "";

	if (!name[0]) {
		const char *config = openblas_get_config();

		/* "OpenBLAS 0.3.21 NO_AFFINITY ...": the first two words */
		sscanf(config, "%*s %31s", version);
		snprintf(name, sizeof name, "OpenBLAS %s %s%s", version, openblas_get_corename(),
			 vmath_fuses() ? " fma" : "");
	}
	return name;
}

static bool
by_rows(const struct blas_product *p)
{
	return p->m > p->n;
}

/* Units of 16 along the cut side. */
static size_t
units(const struct blas_product *p)
{
	return ((by_rows(p) ? p->m : p->n) + UNIT - 1) / UNIT;
}

int
blas_pieces(const struct blas_product *p)
{
	size_t n = units(p);

	if ((double)p->m * (double)p->n * (double)p->k < SMALL)
		return 1;
	return n < PIECES ? (int)n : PIECES;
}

/* m x n numbers of the product, from here on. */
static void
product(const struct blas_product *p, const real *a, const real *b, real *c, size_t m, size_t n)
{
	GEMM(CblasRowMajor, p->trans_a ? CblasTrans : CblasNoTrans, p->trans_b ? CblasTrans : CblasNoTrans, (blasint)m,
	     (blasint)n, (blasint)p->k, p->alpha != 0 ? p->alpha : 1, a, (blasint)p->lda, b, (blasint)p->ldb, p->beta, c,
	     (blasint)p->ldc);
}

void
blas_piece(const struct blas_product *p, int index, size_t *row, size_t *column, size_t *rows, size_t *columns)
{
	size_t pieces = (size_t)blas_pieces(p), all = units(p), side = by_rows(p) ? p->m : p->n;
	size_t from = all * (size_t)index / pieces * UNIT, to = all * ((size_t)index + 1) / pieces * UNIT;
	const real *a = p->a, *b = p->b;

	to = to < side ? to : side;
	*row = by_rows(p) ? from : 0;
	*column = by_rows(p) ? 0 : from;
	*rows = by_rows(p) ? to - from : p->m;
	*columns = by_rows(p) ? p->n : to - from;
	a += p->trans_a ? *row : *row * p->lda;
	b += p->trans_b ? *column * p->ldb : *column;
	product(p, a, b, p->c + *row * p->ldc + *column, *rows, *columns);
}

void
blas_one(const struct blas_product *p)
{
	product(p, p->a, p->b, p->c, p->m, p->n);
}

static void
run_piece(void *arg, int index)
{
	size_t row, column, rows, columns;

	blas_piece(arg, index, &row, &column, &rows, &columns);
}

void
blas_run(struct pool *pool, const struct blas_product *p)
{
	struct blas_product copy = *p;

	pool_run(pool, blas_pieces(p), run_piece, &copy);
}
