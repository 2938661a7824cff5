/* two_sample.c: statistics of two samples. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/shift/two_sample.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/data/shift/logistic.h"

#define BINS 10
#define SHARE_MIN 1e-4 /* lower limit of the share of a bin */
#define RIDGE 1e-2
#define COVER_QUANTILE 0.95 /* of nearest distances within a */

/* Both sets together, standardized: n rows, of which the first n_a are a. */
struct joint {
	double *x;      /* [n,d] */
	double *far;    /* [n,n] pairwise distances */
	double *weight; /* [n]; NULL: equal */
	size_t n, n_a, d;
};

static void
standardize_columns(const struct two_sample_rows *r, struct joint *j)
{
	for (size_t c = 0; c < r->d; c++) {
		double sum = 0, squares = 0, mean, spread;

		for (size_t i = 0; i < j->n; i++)
			sum += i < r->n_a ? r->a[i * r->d + c] : r->b[(i - r->n_a) * r->d + c];
		mean = sum / (double)j->n;
		for (size_t i = 0; i < j->n; i++) {
			double x =
				(i < r->n_a ? r->a[i * r->d + c] : r->b[(i - r->n_a) * r->d + c]) -
				mean;

			j->x[i * r->d + c] = x;
			squares += x * x;
		}
		spread = sqrt(squares / (double)j->n);
		for (size_t i = 0; i < j->n; i++)
			j->x[i * r->d + c] *= spread > 1e-12 ? 1 / spread : 0;
	}
}

static double
euclidean_distance(const double *a, const double *b, size_t d)
{
	double sum = 0;

	for (size_t c = 0; c < d; c++)
		sum += (a[c] - b[c]) * (a[c] - b[c]);
	return sqrt(sum);
}

static void
measure_distances(struct joint *j)
{
	for (size_t i = 0; i < j->n; i++) {
		j->far[i * j->n + i] = 0;
		for (size_t k = 0; k < i; k++)
			j->far[i * j->n + k] = j->far[k * j->n + i] =
				euclidean_distance(j->x + i * j->d, j->x + k * j->d, j->d);
	}
}

/* 2 E|a - b| - E|a - a'| - E|b - b'|, where order[] lists the rows of a (the first n_a), then b. */
static double
energy_distance(const struct joint *j, const uint32_t *order)
{
	double between = 0, in_a = 0, in_b = 0, a = (double)j->n_a, b = (double)(j->n - j->n_a);

	for (size_t i = 0; i < j->n; i++) {
		const double *row = j->far + (size_t)order[i] * j->n;
		double to_a = 0, to_b = 0;

		for (size_t k = 0; k < j->n_a; k++)
			to_a += row[order[k]];
		for (size_t k = j->n_a; k < j->n; k++)
			to_b += row[order[k]];
		if (i < j->n_a) {
			in_a += to_a;
			between += to_b;
		} else {
			in_b += to_b;
		}
	}
	return 2 * between / (a * b) - in_a / (a * a) - in_b / (b * b);
}

static void
permutation_test(const struct joint *j, uint64_t seed, struct two_sample *out)
{
	uint32_t *order = mem_array(j->n, sizeof *order);
	int as_far = 0;

	for (uint32_t i = 0; i < j->n; i++)
		order[i] = i;
	out->energy = fmax(energy_distance(j, order), 0);
	for (uint64_t k = 0; k < TWO_SAMPLE_PERMUTATIONS; k++) {
		rng_shuffle(rng_stream(seed, "gauge", k, 0), order, (uint32_t)j->n);
		as_far += energy_distance(j, order) >= out->energy;
	}
	out->p = (1.0 + as_far) / (1 + TWO_SAMPLE_PERMUTATIONS);
	mem_free(order);
}

/* Distance of row i from the nearest other row of a. */
static double
nearest_distance(const struct joint *j, size_t i)
{
	double best = INFINITY;

	for (size_t k = 0; k < j->n_a; k++)
		if (k != i)
			best = fmin(best, j->far[i * j->n + k]);
	return best;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Insert the row into the ordered list of outliers. */
static void
insert_outlier(struct two_sample *out, size_t row, double by)
{
	size_t at = out->n_far;

	while (at > 0 && out->far_by[at - 1] < by)
		at--;
	if (at == TWO_SAMPLE_FAR)
		return;
	out->n_far += out->n_far < TWO_SAMPLE_FAR;
	for (size_t k = out->n_far - 1; k > at; k--) {
		out->far[k] = out->far[k - 1];
		out->far_by[k] = out->far_by[k - 1];
	}
	out->far[at] = row;
	out->far_by[at] = by;
}

static void
measure_coverage(const struct joint *j, struct two_sample *out)
{
	double *own = mem_array(j->n_a, sizeof *own), usual, most;
	size_t covered = 0;

	for (size_t i = 0; i < j->n_a; i++)
		own[i] = nearest_distance(j, i);
	qsort(own, j->n_a, sizeof *own, by_value);
	usual = own[j->n_a / 2];
	most = own[(size_t)(COVER_QUANTILE * (double)(j->n_a - 1))];
	for (size_t i = j->n_a; i < j->n; i++) {
		double near = nearest_distance(j, i);

		covered += near <= most;
		insert_outlier(out, i - j->n_a, usual > 0 ? near / usual : near);
	}
	out->coverage = (double)covered / (double)(j->n - j->n_a);
	mem_free(own);
}

/* With weights w[n_a], v[n_b]; NULL: equal. 0.5 if a set has no weight. */
static double
weighted_auc(const double *a, const double *w, size_t n_a, const double *b, const double *v,
	     size_t n_b)
{
	double sum = 0, all = 0;

	for (size_t i = 0; i < n_a; i++)
		for (size_t k = 0; k < n_b; k++) {
			double by = (w ? w[i] : 1) * (v ? v[k] : 1);

			sum += by * (b[k] > a[i] ? 1 : b[k] == a[i] ? 0.5 : 0);
			all += by;
		}
	return all > 0 ? sum / all : 0.5;
}

double
two_sample_auc(const double *a, size_t n_a, const double *b, size_t n_b)
{
	return weighted_auc(a, NULL, n_a, b, NULL, n_b);
}

/* Rows of one fold: every other row, with class, weight and score. */
struct fold {
	uint32_t *row;
	uint8_t *is_b;
	double *weight, *score;
	size_t n_a, n; /* rows of a come first */
};

static void
select_fold(const struct joint *j, size_t parity, struct fold *f)
{
	f->n = f->n_a = 0;
	for (size_t i = parity; i < j->n; i += 2) {
		f->row[f->n] = (uint32_t)i;
		f->is_b[f->n] = i >= j->n_a;
		f->weight[f->n++] = j->weight ? j->weight[i] : 1;
		f->n_a += i < j->n_a;
	}
}

/* Mean AUC of two folds, each scored by a classifier trained on the other. */
static double
cross_validate(const struct joint *j)
{
	struct fold f = { mem_array(j->n, sizeof *f.row),
			  mem_array(j->n, 1),
			  mem_array(j->n, sizeof *f.weight),
			  mem_array(j->n, sizeof *f.score),
			  0,
			  0 };
	double *w = mem_array(j->d + 1, sizeof *w), sum = 0;

	for (size_t parity = 0; parity < 2; parity++) {
		select_fold(j, parity, &f);
		logistic_fit(&(struct logistic_rows){ j->x, j->d, f.row, f.is_b, f.weight, f.n },
			     RIDGE, w);
		select_fold(j, 1 - parity, &f);
		for (size_t i = 0; i < f.n; i++)
			f.score[i] = logistic_score(w, j->x + (size_t)f.row[i] * j->d, j->d);
		sum += weighted_auc(f.score, f.weight, f.n_a, f.score + f.n_a, f.weight + f.n_a,
				    f.n - f.n_a);
	}
	mem_free(f.row);
	mem_free(f.is_b);
	mem_free(f.weight);
	mem_free(f.score);
	mem_free(w);
	return sum / 2;
}

/*
 * Weighted energy distance. The zero distance of a row from itself makes mean distances within a
 * set too small by 1 / n, and by more where few rows have most of the weight: they are corrected to
 * the value for n equal weights.
 */
static double
weighted_energy(const struct joint *j)
{
	double all[2] = { 0, 0 }, squares[2] = { 0, 0 }, within[2] = { 0, 0 }, between = 0;
	double n[2] = { (double)j->n_a, (double)(j->n - j->n_a) };

	for (size_t i = 0; i < j->n; i++) {
		all[i >= j->n_a] += j->weight[i];
		squares[i >= j->n_a] += j->weight[i] * j->weight[i];
	}
	for (size_t i = 0; i < j->n; i++) {
		bool is_b = i >= j->n_a;

		for (size_t k = 0; k < j->n; k++)
			*(is_b == (k >= j->n_a) ? &within[is_b] : &between) +=
				j->weight[i] / all[is_b] * j->weight[k] / all[k >= j->n_a] *
				j->far[i * j->n + k];
	}
	for (int s = 0; s < 2; s++) {
		double others = 1 - squares[s] / (all[s] * all[s]);

		within[s] *= others > 0 ? (1 - 1 / n[s]) / others : 1;
	}
	return fmax(between - within[0] - within[1], 0);
}

static void
measure_weighted(const struct two_sample_rows *r, struct joint *j, struct two_sample *out)
{
	if (!r->w_a && !r->w_b)
		return;
	j->weight = mem_array(j->n, sizeof *j->weight);
	for (size_t i = 0; i < j->n; i++)
		j->weight[i] = i < j->n_a ? (r->w_a ? r->w_a[i] : 1)
			       : r->w_b   ? r->w_b[i - j->n_a]
					  : 1;
	out->weighted_energy = weighted_energy(j);
	out->weighted_auc = cross_validate(j);
	mem_free(j->weight);
}

void
two_sample_measure(const struct two_sample_rows *r, uint64_t seed, struct two_sample *out)
{
	struct joint j = { .n = r->n_a + r->n_b, .n_a = r->n_a, .d = r->d };

	memset(out, 0, sizeof *out);
	out->weighted_energy = out->weighted_auc = NAN;
	j.x = mem_array(j.n * j.d, sizeof *j.x);
	j.far = mem_array(j.n * j.n, sizeof *j.far);
	standardize_columns(r, &j);
	measure_distances(&j);
	permutation_test(&j, seed, out);
	measure_coverage(&j, out);
	out->auc = cross_validate(&j);
	measure_weighted(r, &j, out);
	mem_free(j.x);
	mem_free(j.far);
}

static double *
sorted_copy(const double *x, size_t n)
{
	double *copy = mem_array(n, sizeof *copy);

	memcpy(copy, x, n * sizeof *copy);
	qsort(copy, n, sizeof *copy, by_value);
	return copy;
}

/* Empirical distribution function at `at`, of n sorted numbers. */
static double
distribution_at(const double *x, size_t n, double at)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (x[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return (double)low / (double)n;
}

double
two_sample_psi(const double *a, size_t n_a, const double *b, size_t n_b)
{
	double *x = sorted_copy(a, n_a), *y = sorted_copy(b, n_b), sum = 0, p_was = 0, q_was = 0;

	for (size_t k = 1; k <= BINS; k++) {
		double edge = k < BINS ? x[k * n_a / BINS - (k * n_a / BINS > 0)] : INFINITY;
		double p_up = distribution_at(x, n_a, edge), q_up = distribution_at(y, n_b, edge);
		double p = fmax(p_up - p_was, SHARE_MIN), q = fmax(q_up - q_was, SHARE_MIN);

		sum += (q - p) * log(q / p);
		p_was = p_up;
		q_was = q_up;
	}
	mem_free(x);
	mem_free(y);
	return sum;
}

double
two_sample_ks(const double *a, size_t n_a, const double *b, size_t n_b)
{
	double *x = sorted_copy(a, n_a), *y = sorted_copy(b, n_b), most = 0;

	for (size_t i = 0; i < n_a; i++)
		most = fmax(most,
			    fabs(distribution_at(x, n_a, x[i]) - distribution_at(y, n_b, x[i])));
	for (size_t i = 0; i < n_b; i++)
		most = fmax(most,
			    fabs(distribution_at(x, n_a, y[i]) - distribution_at(y, n_b, y[i])));
	mem_free(x);
	mem_free(y);
	return most;
}

double
two_sample_variation(const double *p, const double *q, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += fabs(p[i] - q[i]);
	return sum / 2;
}
