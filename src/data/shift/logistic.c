/* logistic.c: logistic regression by an accelerated gradient. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/shift/logistic.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"

#define STEPS 2000
#define FLAT 1e-7 /* slope at which it is done */
#define POWERS 30 /* products that find the largest curvature */
#define ABOVE 1.1 /* they come to a little less than it */

/* Room for one fit: w and what it was, a point ahead of it, its slope, and the share of every row.
 */
struct fit {
	const struct logistic_rows *r;
	double ridge;
	double *share;            /* [n] sums to 1, half for each side */
	double *was, *at, *slope; /* [d + 1] */
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

/* 0, or -1: a side is empty. */
static int
share_out(struct fit *f)
{
	const struct logistic_rows *r = f->r;
	double sum[2] = { 0, 0 };

	for (size_t i = 0; i < r->n; i++)
		sum[r->is_b[i]] += r->weight ? r->weight[i] : 1;
	for (size_t i = 0; i < r->n; i++)
		f->share[i] = 0.5 * (r->weight ? r->weight[i] : 1) / sum[r->is_b[i]];
	return sum[0] > 0 && sum[1] > 0 ? 0 : -1;
}

/* to += by x, with a 1 behind x. */
static void
add_row(const double *x, size_t d, double by, double *to)
{
	for (size_t c = 0; c < d; c++)
		to[c] += by * x[c];
	to[d] += by;
}

/* The largest curvature there can be: a quarter of the largest eigenvalue of the rows' second
 * moments, and the ridge. */
static double
steepest(struct fit *f)
{
	size_t d = f->r->d;
	double *v = f->at, *next = f->slope, norm = 1;

	for (size_t c = 0; c <= d; c++)
		v[c] = 1 / sqrt((double)d + 1);
	for (int t = 0; t < POWERS; t++) {
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
	return 0.25 * ABOVE * norm + f->ridge;
}

/* The slope at f->at; its largest number. */
static double
find_slope(struct fit *f)
{
	size_t d = f->r->d;
	double most = 0;

	for (size_t c = 0; c <= d; c++)
		f->slope[c] = c < d ? f->ridge * f->at[c] : 0;
	for (size_t i = 0; i < f->r->n; i++) {
		const double *x = row_of(f->r, i);
		double p = 1 / (1 + exp(-logistic_score(f->at, x, d)));

		add_row(x, d, f->share[i] * (p - f->r->is_b[i]), f->slope);
	}
	for (size_t c = 0; c <= d; c++)
		most = fmax(most, fabs(f->slope[c]));
	return most;
}

/* Whether the last step went uphill: the speed is lost then. */
static int
went_up(const struct fit *f, const double *w)
{
	double sum = 0;

	for (size_t c = 0; c <= f->r->d; c++)
		sum += f->slope[c] * (w[c] - f->was[c]);
	return sum > 0;
}

static void
descend(struct fit *f, double *w)
{
	double bend = steepest(f);
	size_t d = f->r->d;
	int speed = 0;

	for (int t = 0; t < STEPS; t++, speed++) {
		for (size_t c = 0; c <= d; c++)
			f->at[c] = w[c] + speed / (speed + 3.0) * (w[c] - f->was[c]);
		if (find_slope(f) < FLAT)
			break;
		memcpy(f->was, w, (d + 1) * sizeof *w);
		for (size_t c = 0; c <= d; c++)
			w[c] = f->at[c] - f->slope[c] / bend;
		if (went_up(f, w))
			speed = -1;
	}
}

void
logistic_fit(const struct logistic_rows *r, double ridge, double *w)
{
	struct fit f = { .r = r, .ridge = ridge, .share = mem_array(r->n + 1, sizeof *f.share) };
	double *room = mem_array(3 * (r->d + 1), sizeof *room);

	f.was = room;
	f.at = room + r->d + 1;
	f.slope = room + 2 * (r->d + 1);
	memset(w, 0, (r->d + 1) * sizeof *w);
	if (share_out(&f) == 0)
		descend(&f, w);
	mem_free(f.share);
	mem_free(room);
}
