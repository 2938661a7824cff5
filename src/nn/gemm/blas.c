/* blas.c: products by OpenBLAS. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/blas.h"

#include <cblas.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "retort/base/malloc.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/gemm/gemm_packed.h"
#include "retort/nn/gemm/vmath.h"

#ifdef RETORT_REAL_DOUBLE
#define GEMM cblas_dgemm
#else
#define GEMM cblas_sgemm
#endif

#define UNIT 16 /* rows and columns of a piece are multiples of it: the width of a micro-kernel */
#define PIECES                                                                                    \
	8 /* of a large product: enough for an even load where a core is busy with something else \
	   */
#define BUFFER ((size_t)128 << 20) /* bytes that OpenBLAS (0.3.21) maps for a product */
#define MOST_BUFFERS 64
#define HELPERS 4 /* threads beside those of the pool that compute products: CKA, translation */
#define SMALL 1500000.0 /* multiply-adds below which waking a worker costs more than it saves */

/* Exported by OpenBLAS, declared in none of its public headers: what products take buffers with. */
extern void *blas_memory_alloc(int unused) __attribute__((weak));
extern void blas_memory_free(void *buffer) __attribute__((weak));

/* Whether the system has room for one more buffer of OpenBLAS. */
static bool
has_room(void)
{
	void *p = mmap(NULL, BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED && munmap(p, BUFFER) == 0;
}

/*
 * Map the buffers that products of so many threads use at the same time. OpenBLAS maps one at the
 * first such product and keeps it; where that is refused it tries again without end (0.3.21), so
 * memory is checked here; malloc ends the process if another thread takes it meanwhile. One more is
 * mapped by each thread that OpenBLAS has started, before main.
 */
static int
map_buffers(int n, struct err *e)
{
	void *held[MOST_BUFFERS];
	int have = 0;

	n = n < MOST_BUFFERS ? n : MOST_BUFFERS;
	while (blas_memory_alloc && blas_memory_free && have < n && has_room())
		held[have++] = blas_memory_alloc(0);
	for (int i = 0; i < have; i++)
		blas_memory_free(held[i]);
	if (have == n || !blas_memory_alloc || !blas_memory_free)
		return 0;
	return err_set(
		e,
		"out of memory: OpenBLAS maps %zu MiB for each thread, and one more; use "
		"fewer --threads and OPENBLAS_NUM_THREADS=1, or raise the limit of ulimit -v",
		BUFFER >> 20);
}

int
blas_init(int threads, struct err *e)
{
	if (threads > 1 && openblas_get_parallel() == 0)
		return err_set(e,
			       "invalid threads %d with the serial build of OpenBLAS, which gives "
			       "wrong results from several threads; install libopenblas0-pthread "
			       "or use --threads 1",
			       threads);
	openblas_set_num_threads(1);
	if (map_buffers(threads + 1, e) < 0)
		return -1;
	if (malloc_reserve(threads + HELPERS) < 0)
		return err_set(e, "out of memory: %zu MiB requested for each thread",
			       MALLOC_RESERVE >> 20);
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
		snprintf(name, sizeof name, "OpenBLAS %s %s%s%s%s", version,
			 openblas_get_corename(), gemm_packed_name()[0] ? " " : "",
			 gemm_packed_name(), vmath_fuses() ? " fma" : "");
	}
	return name;
}

static size_t
units(size_t side)
{
	return (side + UNIT - 1) / UNIT;
}

/* Rows x columns of pieces. */
struct grid {
	size_t rows, columns;
};

/*
 * Choose the grid with the least copying: the library packs both operands before it multiplies, A
 * again for every strip of columns, B for every strip of rows. On two cores square products take a
 * quarter less time than with strips alone.
 */
static struct grid
grid_of(const struct blas_product *p)
{
	struct grid best = { 1, 1 };
	size_t least = SIZE_MAX;

	if ((double)p->m * (double)p->n * (double)p->k < SMALL)
		return best;
	for (size_t r = 1; r <= PIECES; r *= 2) {
		struct grid g = { r < units(p->m) ? r : units(p->m),
				  PIECES / r < units(p->n) ? PIECES / r : units(p->n) };
		size_t copied = g.columns * p->m + g.rows * p->n;

		if (g.rows * g.columns < best.rows * best.columns ||
		    (g.rows * g.columns == best.rows * best.columns && copied >= least))
			continue;
		best = g;
		least = copied;
	}
	return best;
}

struct blas_product
blas_contiguous(struct blas_product p)
{
	p.lda = p.trans_a ? p.m : p.k;
	p.ldb = p.trans_b ? p.k : p.n;
	p.ldc = p.n;
	return p;
}

int
blas_pieces(const struct blas_product *p)
{
	struct grid g = grid_of(p);

	return (int)(g.rows * g.columns);
}

/*
 * Compute an m x n block of the product; a, b and c point to its first row and column. The kernels
 * of OpenBLAS for small products (0.3.21, AVX-512, at most 100^3 multiply-adds) copy a last strip
 * of up to 8 columns into memory of malloc, n k <= 10^6 numbers, unchecked. Own kernels would give
 * other bits.
 */
static void
multiply_block(const struct blas_product *p, const real *a, const real *b, real *c, size_t m,
	       size_t n)
{
	malloc_guard();
	GEMM(CblasRowMajor, p->trans_a ? CblasTrans : CblasNoTrans,
	     p->trans_b ? CblasTrans : CblasNoTrans, (blasint)m, (blasint)n, (blasint)p->k,
	     p->alpha != 0 ? p->alpha : 1, a, (blasint)p->lda, b, (blasint)p->ldb, p->beta, c,
	     (blasint)p->ldc);
	malloc_unguard();
}

void
blas_part(const struct blas_product *p, int index, size_t *row, size_t *column, size_t *rows,
	  size_t *columns)
{
	struct grid g = grid_of(p);

	shard_strip(p->m, UNIT, g.rows, (size_t)index / g.columns, row, rows);
	shard_strip(p->n, UNIT, g.columns, (size_t)index % g.columns, column, columns);
}

void
blas_piece(const struct blas_product *p, int index, size_t *row, size_t *column, size_t *rows,
	   size_t *columns)
{
	const real *a = p->a, *b = p->b;

	blas_part(p, index, row, column, rows, columns);
	a += p->trans_a ? *row : *row * p->lda;
	b += p->trans_b ? *column * p->ldb : *column;
	multiply_block(p, a, b, p->c + *row * p->ldc + *column, *rows, *columns);
}

void
blas_one(const struct blas_product *p)
{
	multiply_block(p, p->a, p->b, p->c, p->m, p->n);
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
