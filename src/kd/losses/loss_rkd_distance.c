/* loss_rkd_distance.c: relational distillation: distances between rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/pairwise.h"
#include "retort/kd/gram.h"
#include "retort/kd/losses/loss_table.h"

#define LEAST                                                                                    \
	1e-12 /* smallest squared distance, so that the root of the distance of equal rows has a \
		 slope */

/* Replace squared distances by distances divided by their mean; returns the mean. */
static double
scale_distances(real *d, size_t n)
{
	double sum = 0, mean;

	for (size_t i = 0; i < n * n; i++) {
		if (i % (n + 1) == 0)
			continue; /* a row and itself */
		d[i] = REAL_SQRT(d[i] > (real)LEAST ? d[i] : (real)LEAST);
		sum += (double)d[i];
	}
	mean = sum / (double)(n * (n - 1));
	for (size_t i = 0; i < n * n; i++)
		d[i] = (real)((double)d[i] / mean);
	return mean;
}

/* Backward pass of scale_distances: d from the gradient of scaled distances to that of squared
 * ones. `along`: <d, r>. */
static void
to_squares(const struct gram *w, const real *r, double mean, double along, real *d)
{
	double pairs = (double)(w->n * (w->n - 1));

	for (size_t i = 0; i < w->n * w->n; i++) {
		double distance = (double)r[i] * mean;
		bool flat = i % (w->n + 1) == 0 || distance * distance <= LEAST * (1 + 1e-6);

		d[i] = flat ? 0 : (real)(((double)d[i] - along / pairs) / (2 * mean * distance));
	}
}

static double
run(const struct loss_args *a)
{
	double sum = 0, mean, along = 0, over;
	struct gram w;

	if (!gram_open(a, &w))
		return 0;
	over = 1 / (double)(w.n * w.n);
	pairwise_squares(w.t, w.n, w.t_width, w.b);
	scale_distances(w.b, w.n);
	pairwise_squares(w.x, w.n, w.width, w.a);
	mean = scale_distances(w.a, w.n);
	for (size_t i = 0; i < w.n * w.n; i++) {
		double gap = (double)w.a[i] - (double)w.b[i], slope = gap < -1  ? -1
								      : gap > 1 ? 1
										: gap;

		sum += over * slope * (gap - 0.5 * slope);
		along += over * slope * (double)w.a[i];
		w.c[i] = (real)(over * slope);
	}
	if (!a->dx)
		return sum;
	to_squares(&w, w.a, mean, along, w.c);
	pairwise_back(w.c, w.x, w.n, w.width, w.dx);
	gram_add(a, &w);
	return sum;
}

const struct loss loss_rkd_distance = {
	.name = "rkd-distance",
	.doc = "Relational distillation by distance: Huber loss between the distances of all pairs "
	       "of rows, divided by their mean.",
	.formula =
		"1/B^2 sum over pairs of huber(d_s / mean d_s - d_t / mean d_t), d = |f_i - f_j|",
	.reference = "Park et al. 2019, Relational Knowledge Distillation, eq. 6 to 9",
	.needs = LOSS_LAYER | LOSS_BATCH | LOSS_WIDTHS,
	.on = 1u << MODEL_HIDDEN | 1u << MODEL_VALUE,
	.scratch = gram_scratch,
	.run = run,
};
