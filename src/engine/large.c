/* large.c: products of many rows with a weight laid out for the occasion. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/engine/large.h"

#include "retort/engine/cut.h"
#include "retort/engine/panels.h"

#define ROWS 512 /* that laying out pays for: it costs as much as some twenty rows of the product */

static size_t
panels(size_t columns)
{
	return (columns + PANELS_UNIT - 1) / PANELS_UNIT;
}

bool
large_fits(const struct blas_product *p)
{
	return sizeof(real) == sizeof(float) && p->m >= ROWS && !p->trans_a && p->alpha == 0 &&
	       (p->beta == 0 || p->beta == 1) && blas_pieces(p) > 1 && panels_there();
}

size_t
large_room(size_t in, size_t out)
{
	size_t down = in * panels(out), up = out * panels(in);

	return (down > up ? down : up) * PANELS_UNIT;
}

int
large_lay_pieces(const struct blas_product *p)
{
	return cut_pieces(panels(p->n), p->k * PANELS_UNIT);
}

void
large_lay_piece(const struct blas_product *p, real *room, int index)
{
	int pieces = large_lay_pieces(p);
	size_t from = cut_from(panels(p->n), pieces, index) * PANELS_UNIT;
	size_t to = cut_from(panels(p->n), pieces, index + 1) * PANELS_UNIT;

	to = to < p->n ? to : p->n;
	if (p->trans_b)
		panels_lay_turned((const void *)(p->b + from * p->ldb), p->ldb, p->k, to - from, (void *)(room + from * p->k));
	else
		panels_lay((const void *)(p->b + from), p->ldb, p->k, to - from, (void *)(room + from * p->k));
}

void
large_piece(const struct blas_product *p, const real *room, int index, size_t *row, size_t *column, size_t *rows,
	    size_t *columns)
{
	const void *a, *w;
	void *c;

	blas_part(p, index, row, column, rows, columns);
	a = p->a + *row * p->lda;
	w = room + *column * p->k;
	c = p->c + *row * p->ldc + *column;
	if (p->beta != 0)
		panels_add(a, p->lda, *rows, p->k, w, *columns, c, p->ldc);
	else
		panels_product(a, p->lda, *rows, p->k, w, *columns, c, p->ldc);
}
