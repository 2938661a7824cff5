/* loss_sp.c: similarity-preserving distillation: Gram matrices of the rows of a batch. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/vmath.h"
#include "retort/kd/gram.h"
#include "retort/kd/losses/loss_table.h"

/* Compares the Gram matrices with each row normalised. */
static double
run(const struct loss_args *a)
{
	struct gram w;
	size_t all;
	real over;
	double sum;

	if (!gram_open(a, &w))
		return 0;
	all = w.n * w.n;
	over = (real)(1 / (double)all);
	gram_products(w.t, w.n, w.t_width, w.b);
	gram_normalise(w.b, w.n, w.n, 0, w.s);
	gram_products(w.x, w.n, w.width, w.a);
	gram_normalise(w.a, w.n, w.n, 0, w.s);
	for (size_t i = 0; i < all; i++)
		w.c[i] = w.a[i] - w.b[i];
	sum = (double)vmath_dot(w.c, w.c, all) * (double)over;
	if (!a->dx)
		return sum;
	vmath_scale(w.c, all, 2 * over);
	gram_normalise_back(w.a, w.n, w.n, 0, w.s, w.c);
	gram_products_back(w.c, w.x, w.n, w.width, w.dx);
	gram_add(a, &w);
	return sum;
}

const struct loss loss_sp = {
	.name = "sp",
	.doc = "Similarity-preserving distillation: mean squared difference of the Gram matrices "
	       "of a batch, each row of a matrix scaled to norm 1.",
	.formula = "sum (G_s - G_t)^2 / B^2, G = F F^T with each row divided by its norm, F: a row "
		   "for each row of the batch",
	.reference = "Tung and Mori 2019, Similarity-Preserving Knowledge Distillation, eq. 4",
	.needs = LOSS_LAYER | LOSS_BATCH | LOSS_WIDTHS,
	.on = 1u << MODEL_HIDDEN | 1u << MODEL_VALUE,
	.scratch = gram_scratch,
	.run = run,
};
