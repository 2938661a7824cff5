/* loss_cka.c: centred kernel alignment, linear, as a loss. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "retort/nn/gemm/vmath.h"
#include "retort/kd/gram.h"
#include "retort/kd/losses/loss_table.h"

#define NOISE                                                                              \
	1e-12 /* share of the squares that rounding can leave of equal rows after centring \
	       */

/* Subtract the mean of every column. False: all rows are equal. mean [width] is scratch. */
static bool
centre_columns(real *f, size_t n, size_t width, real *mean)
{
	double before = (double)vmath_dot(f, f, n * width);

	memset(mean, 0, width * sizeof *mean);
	for (size_t i = 0; i < n; i++)
		vmath_add(f + i * width, width, mean);
	for (size_t k = 0; k < width; k++)
		mean[k] /= (real)n;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < width; k++)
			f[i * width + k] -= mean[k];
	return (double)vmath_dot(f, f, n * width) > NOISE * before;
}

/*
 * |X^T Y|^2 / (|X^T X| |Y^T Y|) is <K, L> / (|K| |L|) with K = X X^T, L = Y Y^T: products of rows,
 * cheap for large widths. The gradient needs no centring, since the rows of K and L sum to 0.
 */
static double
run(const struct loss_args *a)
{
	double k, l, along;
	struct gram w;
	size_t all;
	bool varies;

	if (!gram_open(a, &w))
		return 0;
	all = w.n * w.n;
	varies = centre_columns(w.x, w.n, w.width, w.dx);
	gram_products(w.x, w.n, w.width, w.a);
	varies &= centre_columns(w.t, w.n, w.t_width, w.c);
	gram_products(w.t, w.n, w.t_width, w.b);
	k = sqrt((double)vmath_dot(w.a, w.a, all));
	l = sqrt((double)vmath_dot(w.b, w.b, all));
	if (!varies || !(k * l > 0))
		return 1; /* one side is constant: similarity 0 */
	along = (double)vmath_dot(w.a, w.b, all) / (k * l);
	if (!a->dx)
		return 1 - along;
	for (size_t i = 0; i < all; i++)
		w.c[i] = (real)((along * (double)w.a[i] / k - (double)w.b[i] / l) / k);
	gram_products_back(w.c, w.x, w.n, w.width, w.dx);
	gram_add(a, &w);
	return 1 - along;
}

static size_t
scratch(const struct loss_shape *s)
{
	return gram_scratch(s) +
	       s->t_width; /* the mean of the teacher's rows is stored in c, and may be longer */
}

const struct loss loss_cka = {
	.name = "cka",
	.doc = "One minus the linear centred kernel alignment of two layers over the rows of a "
	       "batch: 0 if they differ only by rotation and scale.",
	.formula = "1 - |X^T Y|^2 / (|X^T X| |Y^T Y|), X and Y rows of student and teacher, "
		   "columns of mean 0",
	.reference = "Kornblith et al. 2019, Similarity of Neural Network Representations "
		     "Revisited, eq. 5, as a loss",
	.needs = LOSS_LAYER | LOSS_BATCH | LOSS_WIDTHS,
	.on = 1u << MODEL_HIDDEN | 1u << MODEL_VALUE,
	.scratch = scratch,
	.run = run,
};
