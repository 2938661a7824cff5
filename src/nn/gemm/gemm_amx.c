/* gemm_amx.c: products in bfloat16 with the matrix tiles of AMX. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/gemm_amx.h"

#if defined __x86_64__ && defined __linux__ && (defined __clang__ || __GNUC__ >= 11)

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "retort/nn/gemm/gemm_round.h"

#define TARGET __attribute__((target("avx512f,avx512bf16,amx-tile,amx-bf16")))
#define TILE 16  /* rows of a tile, and numbers in a row of its sums */
#define PAIRS 32 /* bfloat16 numbers in a row of a tile: what one instruction adds up */
#define ROW 64   /* bytes of a row of a tile */
#define AMX_BITS (1u << 22 | 1u << 24) /* bf16 and tiles, in edx of CPUID leaf 7 */
#define REQUEST_STATE 0x1023           /* arch_prctl: ARCH_REQ_XCOMP_PERM */
#define TILE_DATA 18 /* state component: 8 KiB that the system saves for threads that use it */

static bool
is_permitted(void)
{
	unsigned a, b, c, d;

	return __builtin_cpu_supports("avx512bf16") && __get_cpuid_count(7, 0, &a, &b, &c, &d) &&
	       (d & AMX_BITS) == AMX_BITS && syscall(SYS_arch_prctl, REQUEST_STATE, TILE_DATA) == 0;
}

bool
gemm_amx_available(void)
{
	static atomic_int
		known; /* 0: unknown; threads that find out at the same time store the same value */
	int is = atomic_load(&known);

	if (is == 0) {
		is = is_permitted() ? 1 : -1;
		atomic_store(&known, is);
	}
	return is > 0;
}

/* Round rows of x into tiles of 16 rows by 32 inputs, those of one row of tiles after one another;
 * zeros after the end of x. */
TARGET static void
round_rows(const float *x, size_t ldx, size_t rows, size_t in, size_t depth, uint16_t *out)
{
	for (size_t i = 0; i < (rows + GEMM_AMX_UNIT - 1) / GEMM_AMX_UNIT * GEMM_AMX_UNIT; i++) {
		uint16_t *to = out + i / TILE * TILE * depth + i % TILE * PAIRS;
		const float *from = x + (i < rows ? i : 0) * ldx;
		size_t end = i < rows ? in : 0;

		for (size_t k = 0; k < depth; k += PAIRS, to += TILE * PAIRS)
			gemm_round_unit(from, k, in, end, to);
	}
}

/* Compute 32 x 32 numbers of y in four tiles: each tile of x and w that is loaded is used twice. */
TARGET static void
product_32(const uint16_t *x, const uint16_t *w, size_t depth, float *y, size_t ldy)
{
	const uint16_t *x1 = x + TILE * depth, *w1 = w + TILE * depth;
	size_t step = ldy * sizeof *y;

	_tile_zero(0);
	_tile_zero(1);
	_tile_zero(2);
	_tile_zero(3);
	for (size_t k = 0; k < depth * TILE; k += PAIRS * TILE) {
		_tile_loadd(4, x + k, ROW);
		_tile_loadd(6, w + k, ROW);
		_tile_loadd(5, x1 + k, ROW);
		_tile_loadd(7, w1 + k, ROW);
		_tile_dpbf16ps(0, 4, 6);
		_tile_dpbf16ps(1, 4, 7);
		_tile_dpbf16ps(2, 5, 6);
		_tile_dpbf16ps(3, 5, 7);
	}
	_tile_stored(0, y, step);
	_tile_stored(1, y + TILE, step);
	_tile_stored(2, y + TILE * ldy, step);
	_tile_stored(3, y + TILE * ldy + TILE, step);
}

/* The same at the edge of y, which has only rows x columns of the 32 x 32. */
static void
product_edge(const uint16_t *x, const uint16_t *w, size_t depth, float *y, size_t ldy, size_t rows,
	     size_t columns)
{
	_Alignas(64) float sums[GEMM_AMX_UNIT * GEMM_AMX_UNIT] = { 0 };

	product_32(x, w, depth, sums, GEMM_AMX_UNIT);
	for (size_t i = 0; i < rows; i++)
		memcpy(y + i * ldy, sums + i * GEMM_AMX_UNIT, columns * sizeof *y);
}

/* Compute all columns of at most GEMM_AMX_STRIP rows, which stay in the second-level cache while
 * the weight is read. */
static void
product_strip(const uint16_t *x, size_t rows, size_t depth, const uint16_t *w, size_t columns,
	      float *y, size_t ldy)
{
	for (size_t c = 0; c < columns; c += GEMM_AMX_UNIT)
		for (size_t i = 0; i < rows; i += GEMM_AMX_UNIT) {
			size_t high = rows - i, wide = columns - c;

			if (high >= GEMM_AMX_UNIT && wide >= GEMM_AMX_UNIT)
				product_32(x + i * depth, w + c * depth, depth, y + i * ldy + c,
					   ldy);
			else
				product_edge(x + i * depth, w + c * depth, depth, y + i * ldy + c,
					     ldy, high < GEMM_AMX_UNIT ? high : GEMM_AMX_UNIT,
					     wide < GEMM_AMX_UNIT ? wide : GEMM_AMX_UNIT);
		}
}

TARGET void
gemm_amx_product(const float *x, size_t ldx, size_t rows, size_t in, const uint16_t *w,
		 size_t columns, float *y, size_t ldy, uint16_t *scratch)
{
	size_t depth = (in + GEMM_AMX_UNIT - 1) / GEMM_AMX_UNIT * GEMM_AMX_UNIT;
	struct {
		uint8_t palette, start, reserved[14];
		uint16_t bytes[16];
		uint8_t rows[16];
	} shape = { .palette = 1 };

	for (int i = 0; i < 8; i++) {
		shape.bytes[i] = ROW;
		shape.rows[i] = TILE;
	}
	_tile_loadconfig(&shape);
	for (size_t i = 0; i < rows; i += GEMM_AMX_STRIP) {
		size_t n = rows - i < GEMM_AMX_STRIP ? rows - i : GEMM_AMX_STRIP;

		round_rows(x + i * ldx, ldx, n, in, depth, scratch);
		product_strip(scratch, n, depth, w, columns, y + i * ldy, ldy);
	}
	_tile_release(); /* so that the system need not save tiles when it switches threads */
}

#else

bool
gemm_amx_available(void)
{
	return false;
}

void
gemm_amx_product(const float *x, size_t ldx, size_t rows, size_t in, const uint16_t *w,
		 size_t columns, float *y, size_t ldy, uint16_t *scratch)
{
	(void)x, (void)ldx, (void)rows, (void)in, (void)w, (void)columns, (void)y, (void)ldy,
		(void)scratch;
}

#endif
