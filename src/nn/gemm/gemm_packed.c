/* gemm_packed.c: products with constant weights, in single precision or bfloat16. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/gemm_packed.h"

#include <stdint.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/multi.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/gemm/gemm_bf16.h"
#include "retort/nn/gemm/gemm_avx512.h"
#include "retort/nn/gemm/gemm_amx.h"

#define PIECES 8        /* of a large product */
#define SMALL 4000000.0 /* multiply-adds below which waking a worker costs more than it saves */
#define PANEL \
	16 /* columns in a panel: see gemm_amx.h and gemm_bf16.h, which read the same layout */

_Static_assert(GEMM_BF16_UNIT == GEMM_AMX_UNIT && GEMM_BF16_STRIP == GEMM_AMX_STRIP,
	       "one layout for both");

/* One of the three is set: `panel` for gemm_avx512.h, `tile` for gemm_amx.h and gemm_bf16.h,
 * `plain`, w [in, out] rounded, for BLAS. */
struct gemm_packed {
	size_t in, out;
	float *panel;
	uint16_t *tile;
	real *plain;
};

static size_t
units(size_t n)
{
	return (n + GEMM_AMX_UNIT - 1) / GEMM_AMX_UNIT;
}

static size_t
padded(size_t n)
{
	return units(n) * GEMM_AMX_UNIT;
}

/* AMX and AVX512-BF16 compute in float, */
static bool
use_tiles(void)
{
	return sizeof(real) == sizeof(float) && (gemm_amx_available() || gemm_bf16_available());
}

/* AVX-512 too. */
static bool
use_panels(void)
{
	return sizeof(real) == sizeof(float) && gemm_avx512_available();
}

const char *
gemm_packed_name(void)
{
	if (!use_panels())
		return "";
	return !use_tiles() ? "panels" : gemm_amx_available() ? "panels amx" : "panels avx512bf16";
}

/* Round to bfloat16 as processors do: to nearest, ties to even, denormal numbers to 0, NaN stays
 * NaN. */
static MULTI_INLINE uint32_t
bf16_bits(real x)
{
	float f = (float)x;
	uint32_t bits, r;

	memcpy(&bits, &f, sizeof bits);
	r = bits + 0x7fff + (bits >> 16 & 1);
	r = (bits & 0x7fffffff) > 0x7f800000 ? bits | 0x400000 : r;
	r = (bits & 0x7f800000) == 0 ? bits & 0x80000000 : r;
	return r & 0xffff0000;
}

MULTIVERSION static void
round_run(const real *x, size_t n, real *out)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t bits = bf16_bits(x[i]);
		float f;

		memcpy(&f, &bits, sizeof f);
		out[i] = (real)f;
	}
}

size_t
gemm_packed_size(size_t in, size_t out, bool bf16)
{
	if (!bf16)
		return use_panels() ? in * padded(out) * sizeof(float) : 0;
	return use_tiles() ? padded(in) * padded(out) * sizeof(uint16_t) : in * out * sizeof(real);
}

size_t
gemm_packed_scratch(size_t in)
{
	return GEMM_AMX_STRIP * padded(in);
}

/* Copy the weights of input k, with `step` numbers from one column to the next, into the panels of
 * bfloat16; */
static void
pack_pairs(struct gemm_packed *p, size_t k, const real *w, size_t step)
{
	uint16_t *to = p->tile + k / 2 * 2 * PANEL + k % 2;

	for (size_t c = 0; c < p->out; c++)
		to[c / PANEL * PANEL * padded(p->in) + c % PANEL * 2] =
			(uint16_t)(bf16_bits(w[c * step]) >> 16);
}

/* into a row of rounded numbers for BLAS; */
static void
pack_plain(struct gemm_packed *p, size_t k, const real *w, size_t step)
{
	real *to = p->plain + k * p->out;

	for (size_t c = 0; c < p->out; c++)
		to[c] = w[c * step];
	round_run(to, p->out, to);
}

/* into the panels of single precision. */
static void
pack_panel(struct gemm_packed *p, size_t k, const real *w, size_t step)
{
	for (size_t c = 0; c < p->out; c++)
		p->panel[c / GEMM_AVX512_UNIT * GEMM_AVX512_UNIT * p->in + k * GEMM_AVX512_UNIT +
			 c % GEMM_AVX512_UNIT] = (float)w[c * step];
}

struct gemm_packed *
gemm_packed_new(const real *w, size_t in, size_t out, bool transposed, bool bf16)
{
	struct gemm_packed *p = mem_new(sizeof *p);

	p->in = in;
	p->out = out;
	if (!bf16)
		p->panel = use_panels() ? mem_try(in * padded(out), sizeof *p->panel) : NULL;
	else if (use_tiles())
		p->tile = mem_try(padded(in) * padded(out), sizeof *p->tile);
	else
		p->plain = mem_try(in * out, sizeof *p->plain);
	if (!p->panel && !p->tile && !p->plain) {
		gemm_packed_free(p);
		return NULL;
	}
	for (size_t k = 0; k < in; k++) {
		const real *row = transposed ? w + k : w + k * out;
		size_t step = transposed ? in : 1;

		if (p->panel)
			pack_panel(p, k, row, step);
		else if (p->tile)
			pack_pairs(p, k, row, step);
		else
			pack_plain(p, k, row, step);
	}
	return p;
}

void
gemm_packed_free(struct gemm_packed *p)
{
	if (!p)
		return;
	mem_free(p->panel);
	mem_free(p->tile);
	mem_free(p->plain);
	mem_free(p);
}

/* Rows x columns of pieces. */
struct grid {
	size_t rows, columns;
};

/* Divide rows first, as long as each piece fills a strip of the kernel: every strip of columns
 * rounds all of x again. */
static struct grid
grid_of(const struct gemm_packed_product *p)
{
	struct grid g = { 1, 1 };
	size_t n = units(p->w->out);

	if ((double)p->rows * (double)p->w->in * (double)p->w->out < SMALL)
		return g;
	while (g.rows < PIECES && 2 * g.rows * GEMM_AMX_STRIP <= p->rows)
		g.rows *= 2;
	g.columns = PIECES / g.rows < n ? PIECES / g.rows : n;
	return g;
}

int
gemm_packed_pieces(const struct gemm_packed_product *p)
{
	struct grid g = grid_of(p);

	return (int)(g.rows * g.columns);
}

/* Multiply by BLAS with rounded inputs, at most GEMM_AMX_STRIP rows at a time. */
static void
plain_product(const struct gemm_packed_product *p, size_t row, size_t column, size_t rows,
	      size_t columns, real *scratch)
{
	size_t in = p->w->in;

	for (size_t from = row; from < row + rows; from += GEMM_AMX_STRIP) {
		size_t n = row + rows - from < GEMM_AMX_STRIP ? row + rows - from : GEMM_AMX_STRIP;
		struct blas_product y = { .m = n,
					  .n = columns,
					  .k = in,
					  .a = scratch,
					  .lda = in,
					  .b = p->w->plain + column,
					  .ldb = p->w->out,
					  .c = p->y + from * p->ldy + column,
					  .ldc = p->ldy };

		for (size_t i = 0; i < n; i++)
			round_run(p->x + (from + i) * p->ldx, in, scratch + i * in);
		blas_one(&y);
	}
}

void
gemm_packed_piece(const struct gemm_packed_product *p, int index, real *scratch, size_t *row,
		  size_t *column, size_t *rows, size_t *columns)
{
	struct grid g = grid_of(p);
	size_t in = p->w->in;
	const float *x;
	float *y;

	shard_strip(p->rows, GEMM_AMX_UNIT, g.rows, (size_t)index / g.columns, row, rows);
	shard_strip(p->w->out, GEMM_AMX_UNIT, g.columns, (size_t)index % g.columns, column,
		    columns);
	x = (const void *)(p->x + *row * p->ldx);
	y = (void *)(p->y + *row * p->ldy + *column);
	if (p->w->panel)
		gemm_avx512_product(x, p->ldx, *rows, in, p->w->panel + *column * in, *columns, y,
				    p->ldy);
	else if (p->w->tile && gemm_amx_available())
		gemm_amx_product(x, p->ldx, *rows, in, p->w->tile + *column * padded(in), *columns,
				 y, p->ldy, (void *)scratch);
	else if (p->w->tile)
		gemm_bf16_product(x, p->ldx, *rows, in, p->w->tile + *column * padded(in), *columns,
				  y, p->ldy, (void *)scratch);
	else
		plain_product(p, *row, *column, *rows, *columns, scratch);
}
