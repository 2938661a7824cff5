/* loss_nst.c: neuron selectivity transfer: distributions of channel activations over positions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/kd/losses/loss_table.h"

/* A row: channels normalised over positions, and their products. */
struct nst_row {
	size_t places, channels, t_channels;
	real *x, *t;   /* [places,channels] columns of unit norm */
	real *length;  /* [channels] norms of the student's columns */
	real *ss, *st; /* [channels,channels], [channels,t_channels]; also room for the teacher's
			  own product */
	real *dx;      /* [places,channels] */
};

static size_t
scratch(const struct loss_shape *s)
{
	size_t c = s->channels, t = s->t_channels, most = c > t ? c : t;

	return 2 * s->width + s->t_width + most + most * most + c * t;
}

static void
unit_columns(const real *f, size_t places, size_t channels, real *out, real *length)
{
	memset(length, 0, channels * sizeof *length);
	for (size_t p = 0; p < places; p++)
		for (size_t c = 0; c < channels; c++)
			length[c] += f[p * channels + c] * f[p * channels + c];
	for (size_t c = 0; c < channels; c++)
		length[c] = REAL_SQRT(length[c]);
	for (size_t p = 0; p < places; p++)
		for (size_t c = 0; c < channels; c++)
			out[p * channels + c] = length[c] > 0 ? f[p * channels + c] / length[c] : 0;
}

/* out = x^T y; returns the mean of its squares, the mean of the squared kernel. */
static double
mean_kernel(const real *x, size_t n, const real *y, size_t m, size_t places, real *out)
{
	struct blas_product p = blas_contiguous((struct blas_product){
		.trans_a = true, .m = n, .n = m, .k = places, .a = x, .b = y, .c = out });

	blas_one(&p);
	return (double)vmath_dot(out, out, n * m) / (double)(n * m);
}

/* With unit columns X, Y: 4 X (X^T X) / C^2 - 4 Y (Y^T X) / (C C_t), then the backward pass of the
 * normalisation. */
static void
add_gradient(const struct nst_row *w, double step, real *to)
{
	size_t c = w->channels, t = w->t_channels;
	real self_factor = (real)(4 * step / (double)(c * c)),
	     cross_factor = (real)(-4 * step / (double)(c * t));
	struct blas_product own = blas_contiguous((struct blas_product){ .m = w->places,
									 .n = c,
									 .k = c,
									 .a = w->x,
									 .b = w->ss,
									 .alpha = self_factor,
									 .c = w->dx });
	struct blas_product other = blas_contiguous((struct blas_product){ .trans_b = true,
									   .m = w->places,
									   .n = c,
									   .k = t,
									   .a = w->t,
									   .b = w->st,
									   .alpha = cross_factor,
									   .beta = 1,
									   .c = w->dx });
	real *along = w->ss; /* free after the products */

	if (self_factor == 0 || cross_factor == 0)
		return; /* blas_product reads a factor of 0 as 1 */
	blas_one(&own);
	blas_one(&other);
	memset(along, 0, c * sizeof *along);
	for (size_t p = 0; p < w->places; p++)
		for (size_t k = 0; k < c; k++)
			along[k] += w->x[p * c + k] * w->dx[p * c + k];
	for (size_t p = 0; p < w->places; p++)
		for (size_t k = 0; k < c; k++)
			to[p * c + k] += w->length[k] > 0
						 ? (w->dx[p * c + k] - w->x[p * c + k] * along[k]) /
							   w->length[k]
						 : 0;
}

static struct nst_row
make_row(const struct loss_args *a)
{
	struct nst_row w = { .places = a->positions,
			     .channels = a->width / a->positions,
			     .t_channels = a->t_width / a->positions };
	size_t most = w.channels > w.t_channels ? w.channels : w.t_channels;

	w.x = a->scratch;
	w.dx = w.x + a->width;
	w.t = w.dx + a->width;
	w.length = w.t + a->t_width;
	w.ss = w.length + most;
	w.st = w.ss + most * most;
	return w;
}

static double
run(const struct loss_args *a)
{
	struct nst_row w = make_row(a);
	double sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		double weight = (double)a->weight[i], value;

		if (weight <= 0)
			continue;
		unit_columns(a->target + i * a->t_width, w.places, w.t_channels, w.t, w.length);
		value = mean_kernel(w.t, w.t_channels, w.t, w.t_channels, w.places, w.ss);
		unit_columns(a->x + i * a->width, w.places, w.channels, w.x, w.length);
		value += mean_kernel(w.x, w.channels, w.x, w.channels, w.places, w.ss);
		value -= 2 * mean_kernel(w.x, w.channels, w.t, w.t_channels, w.places, w.st);
		sum += weight * value;
		if (a->dx)
			add_gradient(&w, weight * a->scale, a->dx + i * a->width);
	}
	return sum;
}

const struct loss loss_nst = {
	.name = "nst",
	.doc = "Neuron selectivity transfer: maximum mean discrepancy of the channels of two "
	       "feature maps, with the squared dot product as kernel.",
	.formula = "mean (f_t . f_t')^2 + mean (f_s . f_s')^2 - 2 mean (f_s . f_t)^2, f a channel "
		   "over positions, of unit norm",
	.reference = "Huang and Wang 2017, Like What You Like, eq. 5 with the polynomial kernel, d "
		     "= 2 and c = 0",
	.needs = LOSS_LAYER | LOSS_IMAGE | LOSS_WIDTHS,
	.on = 1u << MODEL_HIDDEN,
	.scratch = scratch,
	.run = run,
};
