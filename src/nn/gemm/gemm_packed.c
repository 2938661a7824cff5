/* gemm_packed.c: products with weights that stay: in single precision, and in bfloat16 by the
 * processor's own or by BLAS. */
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
#define SMALL 4000000.0 /* multiply-adds below which waking a worker costs more than it gives */
#define PANEL 16        /* columns of a panel, see tiles.h and dots.h, which read the same */

_Static_assert(GEMM_BF16_UNIT == GEMM_AMX_UNIT && GEMM_BF16_STRIP == GEMM_AMX_STRIP,
	       "one layout for both");

/*
 * One of the three: `panel` as panels.h wants it, `tile` as tiles.h and dots.h do, or `plain`, w
 * [in, out] rounded, for BLAS.
 */
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
fill_up(size_t n)
{
	return units(n) * GEMM_AMX_UNIT;
}

/* Tiles and dots compute in float. */
static bool
use_tiles(void)
{
	return sizeof(real) == sizeof(float) && (gemm_amx_there() || gemm_bf16_there());
}

/* Panels too. */
static bool
use_panels(void)
{
	return sizeof(real) == sizeof(float) && gemm_avx512_there();
}

const char *
gemm_packed_name(void)
{
	if (!use_panels())
		return "";
	return !use_tiles() ? "panels" : gemm_amx_there() ? "panels amx" : "panels avx512bf16";
}

/* As processors do it: to nearest, ties to even; denormal numbers to 0, what is not a number stays
 * so. */
static MULTI_INLINE uint32_t
rounded(real x)
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
		uint32_t bits = rounded(x[i]);
		float f;

		memcpy(&f, &bits, sizeof f);
		out[i] = (real)f;
	}
}

size_t
gemm_packed_size(size_t in, size_t out, bool bf16)
{
	if (!bf16)
		return use_panels() ? in * fill_up(out) * sizeof(float) : 0;
	return use_tiles() ? fill_up(in) * fill_up(out) * sizeof(uint16_t)
			   : in * out * sizeof(real);
}

size_t
gemm_packed_scratch(size_t in)
{
	return GEMM_AMX_STRIP * fill_up(in);
}

/* One input's weights into the panels; `step` numbers from one column to the next. */
static void
lay_out(struct gemm_packed *p, size_t k, const real *w, size_t step)
{
	uint16_t *to = p->tile + k / 2 * 2 * PANEL + k % 2;

	for (size_t c = 0; c < p->out; c++)
		to[c / PANEL * PANEL * fill_up(p->in) + c % PANEL * 2] =
			(uint16_t)(rounded(w[c * step]) >> 16);
}

/* The same for BLAS. */
static void
round_row(struct gemm_packed *p, size_t k, const real *w, size_t step)
{
	real *to = p->plain + k * p->out;

	for (size_t c = 0; c < p->out; c++)
		to[c] = w[c * step];
	round_run(to, p->out, to);
}

/* One input's weights into the panels of single precision. */
static void
lay_flat(struct gemm_packed *p, size_t k, const real *w, size_t step)
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
		p->panel = use_panels() ? mem_try(in * fill_up(out), sizeof *p->panel) : NULL;
	else if (use_tiles())
		p->tile = mem_try(fill_up(in) * fill_up(out), sizeof *p->tile);
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
			lay_flat(p, k, row, step);
		else if (p->tile)
			lay_out(p, k, row, step);
		else
			round_row(p, k, row, step);
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

/* Every strip of columns rounds all of x again: first rows are cut, as long as each piece fills a
 * strip of the kernel's. */
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

/* The same roundings on machines without either: at most GEMM_AMX_STRIP rows at a time. */
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
	else if (p->w->tile && gemm_amx_there())
		gemm_amx_product(x, p->ldx, *rows, in, p->w->tile + *column * fill_up(in), *columns,
				 y, p->ldy, (void *)scratch);
	else if (p->w->tile)
		gemm_bf16_product(x, p->ldx, *rows, in, p->w->tile + *column * fill_up(in),
				  *columns, y, p->ldy, (void *)scratch);
	else
		plain_product(p, *row, *column, *rows, *columns, scratch);
}
