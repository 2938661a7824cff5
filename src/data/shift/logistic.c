/* logistic.c: logistic regression by accelerated gradient descent. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/shift/logistic.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"

#define STEPS 2000
#define GRADIENT_TOLERANCE 1e-7
#define POWER_STEPS 30   /* power iterations for the largest curvature */
#define POWER_MARGIN 1.1 /* power iteration underestimates it slightly */

/* State of one fit. */
struct fit {
	const struct logistic_rows *r;
	double ridge;
	double *share;               /* [n] weights; sum to 1, half for each class */
	double *was, *at, *gradient; /* [d + 1] previous w, extrapolated point, gradient there */
};

double
logistic_score(const double *w, const double *x, size_t d)
{
	double sum = w[d];

	for (size_t c = 0; c < d; c++)
		sum += w[c] * x[c];
	return sum;
}

static const double *
row_of(const struct logistic_rows *r, size_t i)
{
	return r->x + (size_t)r->row[i] * r->d;
}

/* Compute f->share. Returns -1 if a class is empty. */
static int
compute_shares(struct fit *f)
{
	const struct logistic_rows *r = f->r;
	double sum[2] = { 0, 0 };

	for (size_t i = 0; i < r->n; i++)
		sum[r->is_b[i]] += r->weight ? r->weight[i] : 1;
	for (size_t i = 0; i < r->n; i++)
		f->share[i] = 0.5 * (r->weight ? r->weight[i] : 1) / sum[r->is_b[i]];
	return sum[0] > 0 && sum[1] > 0 ? 0 : -1;
}

/* to += by * (x, 1). */
static void
add_row(const double *x, size_t d, double by, double *to)
{
	for (size_t c = 0; c < d; c++)
		to[c] += by * x[c];
	to[d] += by;
}

/* Upper bound of the curvature: a quarter of the largest eigenvalue of the second moments, plus the
 * ridge. */
static double
max_curvature(struct fit *f)
{
	size_t d = f->r->d;
	double *v = f->at, *next = f->gradient, norm = 1;

	for (size_t c = 0; c <= d; c++)
		v[c] = 1 / sqrt((double)d + 1);
	for (int t = 0; t < POWER_STEPS; t++) {
		memset(next, 0, (d + 1) * sizeof *next);
		for (size_t i = 0; i < f->r->n; i++)
			add_row(row_of(f->r, i), d,
				f->share[i] * logistic_score(v, row_of(f->r, i), d), next);
		norm = 0;
		for (size_t c = 0; c <= d; c++)
			norm += next[c] * next[c];
		norm = sqrt(norm);
		for (size_t c = 0; c <= d && norm > 0; c++)
			v[c] = next[c] / norm;
	}
	return 0.25 * POWER_MARGIN * norm + f->ridge;
}

/* Compute the gradient at f->at. Returns its largest component. */
static double
compute_gradient(struct fit *f)
{
	size_t d = f->r->d;
	double most = 0;

	for (size_t c = 0; c <= d; c++)
		f->gradient[c] = c < d ? f->ridge * f->at[c] : 0;
	for (size_t i = 0; i < f->r->n; i++) {
		const double *x = row_of(f->r, i);
		double p = 1 / (1 + exp(-logistic_score(f->at, x, d)));

		add_row(x, d, f->share[i] * (p - f->r->is_b[i]), f->gradient);
	}
	for (size_t c = 0; c <= d; c++)
		most = fmax(most, fabs(f->gradient[c]));
	return most;
}

/* Whether the last step went uphill: restart the momentum. */
static int
went_up(const struct fit *f, const double *w)
{
	double sum = 0;

	for (size_t c = 0; c <= f->r->d; c++)
		sum += f->gradient[c] * (w[c] - f->was[c]);
	return sum > 0;
}

static void
minimize_loss(struct fit *f, double *w)
{
	double curvature = max_curvature(f);
	size_t d = f->r->d;
	int momentum = 0;

	for (int t = 0; t < STEPS; t++, momentum++) {
		for (size_t c = 0; c <= d; c++)
			f->at[c] = w[c] + momentum / (momentum + 3.0) * (w[c] - f->was[c]);
		if (compute_gradient(f) < GRADIENT_TOLERANCE)
			break;
		memcpy(f->was, w, (d + 1) * sizeof *w);
		for (size_t c = 0; c <= d; c++)
			w[c] = f->at[c] - f->gradient[c] / curvature;
		if (went_up(f, w))
			momentum = -1;
	}
}

void
logistic_fit(const struct logistic_rows *r, double ridge, double *w)
{
	struct fit f = { .r = r, .ridge = ridge, .share = mem_array(r->n + 1, sizeof *f.share) };
	double *room = mem_array(3 * (r->d + 1), sizeof *room);

	f.was = room;
	f.at = room + r->d + 1;
	f.gradient = room + 2 * (r->d + 1);
	memset(w, 0, (r->d + 1) * sizeof *w);
	if (compute_shares(&f) == 0)
		minimize_loss(&f, w);
	mem_free(f.share);
	mem_free(room);
}
