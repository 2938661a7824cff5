/* loss_rkd_angle.c: relational distillation: angles between triplets of rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/base/multi.h"
#include "retort/kd/pairwise.h"
#include "retort/kd/gram.h"
#include "retort/kd/losses/loss_table.h"

#define LEAST 1e-24 /* squared distance below which two rows define no angle */
#define LANES 16

/*
 * The cosine at row i between rows j and k is (d_ij + d_ik - d_jk) / (2 sqrt(d_ij d_ik)), with
 * squared distances d: a triplet costs a few operations for any width, without vectors of
 * differences.
 */
struct angle_run {
	const real *at;   /* [n] d_ik */
	const real *with; /* [n] d_jk */
	const real *over; /* [n] 1 / sqrt(d_ik), 0: no angle */
	real ij, over_ij;
};

struct sums {
	real value, slope, along; /* sums of the Huber loss, of slope / sqrt(d_ik), and of slope
				     times cosine */
};

static MULTI_INLINE real
cosine(const struct angle_run *s, size_t k)
{
	return (s->at[k] + s->ij - s->with[k]) * (s->over[k] * s->over_ij) * (real)0.5;
}

/* Triplet i, j, k; adds the gradient of d_jk to `to`. */
static MULTI_INLINE void
add_triplet(const struct angle_run *s, const struct angle_run *t, size_t k, real *restrict to,
	    real *value, real *slope, real *along)
{
	real c = cosine(s, k), gap = c - cosine(t, k),
	     h = gap < -1  ? -1
		 : gap > 1 ? 1
			   : gap,
	     slope_k = h * s->over[k];

	*value += h * (gap - (real)0.5 * h);
	*slope += slope_k;
	*along += h * c;
	to[k] -= (real)0.5 * s->over_ij * slope_k;
}

/* All k for one i and j. */
MULTIVERSION static struct sums
add_triplets(const struct angle_run *s, const struct angle_run *t, size_t n, real *restrict to)
{
	real value[LANES] = { 0 }, slope[LANES] = { 0 }, along[LANES] = { 0 };
	struct sums sum = { 0 };
	size_t k = 0;

	for (; k + LANES <= n; k += LANES)
		for (size_t l = 0; l < LANES; l++)
			add_triplet(s, t, k + l, to, &value[l], &slope[l], &along[l]);
	for (size_t l = 0; k < n; k++, l++)
		add_triplet(s, t, k, to, &value[l], &slope[l], &along[l]);
	for (size_t l = 0; l < LANES; l++) {
		sum.value += value[l];
		sum.slope += slope[l];
		sum.along += along[l];
	}
	return sum;
}

static void
invert_roots(const real *d, size_t n, real *out)
{
	for (size_t k = 0; k < n; k++)
		out[k] = d[k] > (real)LEAST ? 1 / REAL_SQRT(d[k]) : 0;
}

/* Sum over all triplets; stores the gradient of the student's squared distances in w->c. */
static double
visit_triplets(const struct gram *w)
{
	size_t n = w->n;
	double sum = 0;

	memset(w->c, 0, n * n * sizeof *w->c);
	for (size_t i = 0; i < n; i++) {
		invert_roots(w->a + i * n, n, w->s);
		invert_roots(w->b + i * n, n, w->u);
		for (size_t j = 0; j < n; j++) {
			struct angle_run s = { w->a + i * n, w->a + j * n, w->s, w->a[i * n + j],
					       w->s[j] };
			struct angle_run t = { w->b + i * n, w->b + j * n, w->u, w->b[i * n + j],
					       w->u[j] };
			struct sums r = add_triplets(&s, &t, n, w->c + j * n);

			sum += (double)r.value;
			/* d_ij is a leg of triplets i j k and i k j */
			w->c[i * n + j] += s.over_ij * (r.slope - s.over_ij * r.along);
		}
	}
	return sum;
}

static double
run(const struct loss_args *a)
{
	double sum, over;
	struct gram w;

	if (!gram_open(a, &w))
		return 0;
	over = 1 / ((double)w.n * (double)w.n * (double)w.n);
	pairwise_squares(w.t, w.n, w.t_width, w.b);
	pairwise_squares(w.x, w.n, w.width, w.a);
	sum = over * visit_triplets(&w);
	if (!a->dx)
		return sum;
	for (size_t i = 0; i < w.n * w.n; i++)
		w.c[i] *= (real)over;
	pairwise_back(w.c, w.x, w.n, w.width, w.dx);
	gram_add(a, &w);
	return sum;
}

const struct loss loss_rkd_angle = {
	.name = "rkd-angle",
	.doc = "Relational distillation by angle: Huber loss between the cosines of the angles in "
	       "all triplets of rows; the time of a step grows with the cube of the batch size.",
	.formula = "1/B^3 sum over triplets of huber(cos_s - cos_t), cos = <e_ij, e_ik>, e_ij = "
		   "(f_j - f_i) / |f_j - f_i|",
	.reference = "Park et al. 2019, Relational Knowledge Distillation, eq. 10 and 11",
	.needs = LOSS_LAYER | LOSS_BATCH | LOSS_WIDTHS,
	.on = 1u << MODEL_HIDDEN | 1u << MODEL_VALUE,
	.scratch = gram_scratch,
	.run = run,
};
