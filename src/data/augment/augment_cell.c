/* augment_cell.c: cells become the column mean, or the cell of another row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/augment/augment.h"

#include <string.h>

#include "retort/data/columns.h"

/* Draws 3c to 3c + 2 belong to the cell that begins at feature c; the one-hot features of a
 * category are one cell. After scaling the mean of a column is 0. */
static void
cell_row(const struct augment_row *r)
{
	const struct dataset *ds = r->a->ds;

	for (size_t c = 0, n; c < ds->d; c += n) {
		n = columns_width(ds, c);
		if (rng_unit(r->rng, 3 * c) >= r->knobs->cell_rate)
			continue;
		if (rng_unit(r->rng, 3 * c + 1) < r->knobs->cell_swap)
			memcpy(r->x + c,
			       ds->x +
				       (size_t)r->a->rows[rng_below(r->rng, 3 * c + 2,
								    (uint32_t)r->a->n_rows)] *
					       ds->d +
				       c,
			       n * sizeof *r->x);
		else
			memset(r->x + c, 0, n * sizeof *r->x);
	}
}

const struct augment augment_cell = {
	.name = "cell",
	.kinds = 1u << DATASET_NUMBERS,
	.doc = "Replace cells by the mean of their column, or by the cell of another row.",
	.what = "cells of a table are replaced",
	.on = offsetof(struct knobs, cell_rate),
	.row = cell_row,
};
