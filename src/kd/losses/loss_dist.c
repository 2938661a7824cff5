/* loss_dist.c: correlations of student and teacher probabilities over classes and over rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/kd/losses/loss_table.h"
#include "retort/kd/softmax_rows.h"

#define TINY 1e-8 /* added to the product of norms */

/* Sums over classes or rows of deviations from the mean, and of their squares and products. */
struct sums {
	double a, b, aa, bb, ab;
};

/* Derivative of 1 - correlation by a: to_b (b - mean) + to_a (a - mean). */
struct slope {
	double to_a, to_b;
};

/* 1 - correlation. If a or b is constant: 1, with derivative 0. */
static double
correlation(const struct sums *s, struct slope *d)
{
	double a = sqrt(s->aa), b = sqrt(s->bb), product = a * b + TINY;

	*d = (struct slope){ 0, 0 };
	if (a == 0 || b == 0)
		return 0;
	d->to_b = -1 / product;
	d->to_a = s->ab * b / (a * product * product);
	return s->ab / product;
}

/* Student and teacher of all rows, and sums for each class. */
struct batch_sides {
	size_t rows, n;
	double count; /* number of rows of weight above 0; factor on their weights */
	const real *weight;
	const real *q, *p;
	real *g;             /* [rows,n] gradient of q */
	struct sums *column; /* [n] */
};

/*
 * Deviations are taken from the first number until the mean is known, so that a constant has
 * deviations of exactly 0. With equal weights these are plain sums over the rows.
 */
static double
over_classes(const struct batch_sides *s, size_t i, double factor)
{
	const real *q = s->q + i * s->n, *p = s->p + i * s->n;
	struct sums m = { 0 };
	struct slope d;
	double rho, q_mean, p_mean;

	for (size_t c = 1; c < s->n; c++) {
		m.a += (double)q[c] - (double)q[0];
		m.b += (double)p[c] - (double)p[0];
	}
	q_mean = m.a / (double)s->n;
	p_mean = m.b / (double)s->n;
	for (size_t c = 0; c < s->n; c++) {
		double x = (double)q[c] - (double)q[0] - q_mean,
		       y = (double)p[c] - (double)p[0] - p_mean;

		m.aa += x * x;
		m.bb += y * y;
		m.ab += x * y;
	}
	rho = correlation(&m, &d);
	for (size_t c = 0; c < s->n; c++)
		s->g[i * s->n + c] =
			(real)(factor * (d.to_a * ((double)q[c] - (double)q[0] - q_mean) +
					 d.to_b * ((double)p[c] - (double)p[0] - p_mean)));
	return 1 - rho;
}

/* First row of weight above 0, from which deviations of columns are taken. */
static size_t
first_row(const struct batch_sides *s)
{
	size_t i = 0;

	while (i < s->rows && s->weight[i] <= 0)
		i++;
	return i;
}

static void
sum_columns(const struct batch_sides *s, const real *q0, const real *p0)
{
	memset(s->column, 0, s->n * sizeof *s->column);
	for (size_t i = 0; i < s->rows; i++)
		for (size_t c = 0; s->weight[i] > 0 && c < s->n; c++) {
			s->column[c].a +=
				(double)s->weight[i] * ((double)s->q[i * s->n + c] - (double)q0[c]);
			s->column[c].b +=
				(double)s->weight[i] * ((double)s->p[i * s->n + c] - (double)p0[c]);
		}
	for (size_t i = 0; i < s->rows; i++)
		for (size_t c = 0; s->weight[i] > 0 && c < s->n; c++) {
			struct sums *m = &s->column[c];
			double x = (double)s->q[i * s->n + c] - (double)q0[c] - m->a;
			double y = (double)s->p[i * s->n + c] - (double)p0[c] - m->b,
			       v = (double)s->weight[i] * s->count;

			m->aa += v * x * x;
			m->bb += v * y * y;
			m->ab += v * x * y;
		}
}

/* 1 - mean over classes of the correlation over rows; adds its gradient times `factor` to g. */
static double
over_rows(const struct batch_sides *s, double factor)
{
	size_t first = first_row(s);
	const real *q0 = s->q + first * s->n, *p0 = s->p + first * s->n;
	double sum = 0;

	sum_columns(s, q0, p0);
	for (size_t c = 0; c < s->n; c++) {
		struct slope d;
		double rho = correlation(&s->column[c], &d);

		sum += rho;
		s->column[c].aa = d.to_a;
		s->column[c].bb = d.to_b;
	}
	for (size_t i = 0; i < s->rows; i++)
		for (size_t c = 0; s->weight[i] > 0 && c < s->n; c++) {
			const struct sums *m = &s->column[c];
			double x = (double)s->q[i * s->n + c] - (double)q0[c] - m->a;
			double y = (double)s->p[i * s->n + c] - (double)p0[c] - m->b;

			s->g[i * s->n + c] += (real)(factor * (double)s->weight[i] * s->count *
						     (m->aa * x + m->bb * y) / (double)s->n);
		}
	return 1 - sum / (double)s->n;
}

/* The sums are doubles, placed after the rows. */
static size_t
scratch(const struct loss_shape *s)
{
	return LOSS_SCRATCH * s->rows * s->width + s->width * sizeof(struct sums) / sizeof(real) +
	       16;
}

static struct batch_sides
fill_sides(const struct loss_args *a, struct row *r)
{
	size_t len = a->rows * a->width;
	struct batch_sides s = {
		.rows = a->rows, .n = a->width, .weight = a->weight, .g = a->scratch + len * 2
	};
	uintptr_t behind = (uintptr_t)(a->scratch + len * LOSS_SCRATCH);

	s.column =
		(struct sums *)((behind + sizeof(double) - 1) & ~(uintptr_t)(sizeof(double) - 1));
	for (size_t i = 0; i < a->rows; i++)
		s.count += a->weight[i] > 0;
	r->log_p = a->scratch + 2 * len;
	r->p = a->scratch + 3 * len;
	loss_student(a, a->temperature, &r->log_q, &r->q);
	loss_softmax_rows(a->target, a->rows, a->width, a->temperature, r->log_p, r->p);
	s.q = r->q;
	s.p = r->p;
	return s;
}

static double
run(const struct loss_args *args)
{
	const struct loss_args a = softmax_rows_of_positions(args);
	double t = a.temperature, within = 0, across, total = 0;
	double beta = a.knobs->dist_beta, gamma = a.knobs->dist_gamma;
	struct row r;
	struct batch_sides s = fill_sides(&a, &r);

	if (s.count == 0)
		return 0;
	for (size_t i = 0; i < a.rows; i++) {
		if (a.weight[i] <= 0)
			continue;
		within += (double)a.weight[i] * over_classes(&s, i, beta * (double)a.weight[i]);
		total += (double)a.weight[i];
	}
	across = over_rows(&s, gamma);
	for (size_t i = 0; a.dx && i < a.rows; i++)
		if (a.weight[i] > 0)
			softmax_rows_back(s.q + i * s.n, s.g + i * s.n, (real)(a.scale * t), s.n,
					  a.dx + i * s.n);
	return t * t * (beta * within + gamma * total * across);
}

const struct loss loss_dist = {
	.name = "dist",
	.title = "correlations (DIST)",
	.doc = "DIST, times temperature squared: one minus Pearson's correlation of probabilities "
	       "over the classes of a row (beta), and over the rows of a batch for each class "
	       "(gamma). The correlation of a constant counts as 0.",
	.formula = "T^2 [beta (1 - mean_b r(q_b,p_b)) + gamma (1 - mean_c r(q_c,p_c))], r(a,b) = "
		   "<a,b> / (|a| |b| + 1e-8) of deviations "
		   "from their means;  gradient T q (g - <q,g>), g = dr",
	.reference =
		"Huang et al. 2022, Knowledge Distillation from A Stronger Teacher, eq. 8 to 10",
	.needs = LOSS_LOGITS | LOSS_BATCH,
	.weight = offsetof(struct knobs, dist_weight),
	.temperature = offsetof(struct knobs, dist_temperature),
	.scratch = scratch,
	.run = run,
};
