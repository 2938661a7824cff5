/* loss_pkt.c: probabilistic knowledge transfer: similarities between rows as distributions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "retort/nn/gemm/vmath.h"
#include "retort/kd/gram.h"
#include "retort/kd/losses/loss_table.h"

#define EPS 1e-7 /* added to norms and probabilities, as in the authors' program */

/* Cosines of all pairs, mapped to 0..1, each row divided by its sum; stores the sums in s. A
 * rounded cosine can be below -1. */
static void
scale_cosines(const real *f, size_t n, size_t width, real *p, real *s)
{
	gram_products(f, n, width, p);
	for (size_t i = 0; i < n; i++, p += n) {
		for (size_t j = 0; j < n; j++)
			p[j] = p[j] > -1 ? (p[j] + 1) / 2 : 0;
		s[i] = vmath_sum(p, n);
		vmath_scale(p, n, 1 / s[i]);
	}
}

/* Backward pass: d from the gradient of p, through the sums s, to that of the cosines. */
static void
back_cosines(const real *p, const real *s, size_t n, real *d)
{
	for (size_t i = 0; i < n; i++, p += n, d += n) {
		real mean = vmath_dot(p, d, n);

		for (size_t j = 0; j < n; j++)
			d[j] = (d[j] - mean) / (2 * s[i]);
	}
}

static double
run(const struct loss_args *a)
{
	struct gram w;
	double sum = 0, over;

	if (!gram_open(a, &w))
		return 0;
	over = 1 / (double)(w.n * w.n);
	gram_normalise(w.t, w.n, w.t_width, (real)EPS, w.s);
	scale_cosines(w.t, w.n, w.t_width, w.b, w.u);
	gram_normalise(w.x, w.n, w.width, (real)EPS, w.s);
	scale_cosines(w.x, w.n, w.width, w.a, w.u);
	for (size_t i = 0; i < w.n * w.n; i++) {
		double p = (double)w.b[i], q = (double)w.a[i] + EPS;

		sum += over * p * log((p + EPS) / q);
		w.c[i] = (real)(-over * p / q);
	}
	if (!a->dx)
		return sum;
	back_cosines(w.a, w.u, w.n, w.c);
	gram_products_back(w.c, w.x, w.n, w.width, w.dx);
	gram_normalise_back(w.x, w.n, w.width, (real)EPS, w.s, w.dx);
	gram_add(a, &w);
	return sum;
}

const struct loss loss_pkt = {
	.name = "pkt",
	.doc = "Probabilistic knowledge transfer: KL divergence, for each row of a batch, between "
	       "the teacher's and the student's distribution of cosine similarities to the other "
	       "rows.",
	.formula = "1/B^2 sum P_t log(P_t / P_s), P = rows of (1 + cos(f_i, f_j)) / 2 divided by "
		   "their sums",
	.reference = "Passalis and Tefas 2018, Learning Deep Representations with Probabilistic "
		     "Knowledge Transfer, eq. 4 to 8, as a mean",
	.needs = LOSS_LAYER | LOSS_BATCH | LOSS_WIDTHS,
	.on = 1u << MODEL_HIDDEN | 1u << MODEL_VALUE,
	.scratch = gram_scratch,
	.run = run,
};
