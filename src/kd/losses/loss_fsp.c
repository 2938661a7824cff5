/* loss_fsp.c: flow of the solution procedure: products of the channels of two successive layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/kd/losses/loss_table.h"

static size_t
scratch(const struct loss_shape *s)
{
	size_t from = s->before / s->before_positions;

	return 2 * from * s->channels;
}

/* out[from,to]: mean over positions of the product of a channel of the layer before and a channel
 * of x. */
static void
mean_products(const real *before, size_t from, const real *x, size_t to, size_t places, real *out)
{
	struct blas_product p =
		blas_contiguous((struct blas_product){ .trans_a = true,
						       .m = from,
						       .n = to,
						       .k = places,
						       .a = before,
						       .b = x,
						       .alpha = (real)(1 / (double)places),
						       .c = out });

	blas_one(&p);
}

/* With d the gradient of the products: adds before d to the layer's gradient, x d^T to that of the
 * layer before. */
static void
add_gradient(const real *before, size_t from, const real *x, size_t to, size_t places,
	     const real *d, double step, real *dx, real *d_before)
{
	real factor = (real)(step / (double)places);
	struct blas_product here = blas_contiguous((struct blas_product){ .m = places,
									  .n = to,
									  .k = from,
									  .a = before,
									  .b = d,
									  .alpha = factor,
									  .beta = 1,
									  .c = dx });
	struct blas_product there = blas_contiguous((struct blas_product){ .trans_b = true,
									   .m = places,
									   .n = from,
									   .k = to,
									   .a = x,
									   .b = d,
									   .alpha = factor,
									   .beta = 1,
									   .c = d_before });

	if (factor == 0)
		return; /* blas_product reads 0 as 1 */
	blas_one(&here);
	blas_one(&there);
}

static double
run(const struct loss_args *a)
{
	size_t places = a->positions, from = a->before_width / places, to = a->width / places,
	       all = from * to;
	real *g = a->scratch, *t = g + all;
	double sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		const real *x = a->x + i * a->width, *before = a->before + i * a->before_width;
		double weight = (double)a->weight[i] / (double)all;

		if (weight <= 0)
			continue;
		mean_products(before, from, x, to, places, g);
		mean_products(a->t_before + i * a->t_before_width, from, a->target + i * a->t_width,
			      to, places, t);
		for (size_t k = 0; k < all; k++)
			g[k] -= t[k];
		sum += weight * (double)vmath_dot(g, g, all);
		if (a->dx)
			add_gradient(before, from, x, to, places, g, 2 * weight * a->scale,
				     a->dx + i * a->width, a->d_before + i * a->before_width);
	}
	return sum;
}

static int
fits(const struct loss_shape *s, struct err *e)
{
	size_t from = s->before / s->before_positions, t_from = s->t_before / s->t_before_positions;

	if (s->before_positions != s->positions)
		return err_set(
			e, "the student's layer has %zu positions, but the layer before it has %zu",
			s->positions, s->before_positions);
	if (s->t_before_positions != s->positions)
		return err_set(
			e, "the teacher's layer has %zu positions, but the layer before it has %zu",
			s->positions, s->t_before_positions);
	if (from != t_from)
		return err_set(e,
			       "the layer before the teacher's has %zu channels, but the layer "
			       "before the student's has %zu",
			       t_from, from);
	return 0;
}

const struct loss loss_fsp = {
	.name = "fsp",
	.doc = "Flow of solution procedure: mean squared difference of the products of a feature "
	       "map's channels with the channels of the layer before.",
	.formula = "mean (G_s - G_t)^2, G = mean over positions of f_a g_b, f_a channel a of the "
		   "layer before, g_b channel b",
	.reference = "Yim et al. 2017, A Gift from Knowledge Distillation, eq. 1 and 2",
	.needs = LOSS_LAYER | LOSS_BATCH | LOSS_IMAGE | LOSS_BEFORE | LOSS_SAME,
	.on = 1u << MODEL_HIDDEN,
	.scratch = scratch,
	.fits = fits,
	.run = run,
};
