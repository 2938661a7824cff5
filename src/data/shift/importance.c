/* importance.c: importance weights from a classifier that tells two sets apart. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/shift/importance.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/data/shift/two_sample.h"
#include "retort/data/shift/logistic.h"

#define RIDGE                                                                                   \
	0.25 /* times numbers in a row, over the number of rows: scores of a spread of 2 are as \
		likely as any (a normal prior) */
#define LINE 1e-4 /* ridge of the line through scores */
#define HALVINGS 100
#define MOST 300 /* of the logarithm of a ratio: weights and their squares' sums stay finite */

/* Rows in an order of chance: place p is of fold p % IMPORTANCE_FOLDS; the first of each set are
 * learned from. */
struct finder {
	const struct importance_sets *r;
	uint32_t *order[2]; /* [n_a], [n_b] row numbers of each set */
	size_t learned[2];
	double *x;                   /* [learned, d] standardised: a's, then b's */
	double *mean, *scale;        /* [d] */
	double *w[IMPORTANCE_FOLDS]; /* [d + 1] */
	double line[2];              /* from a score to the logarithm of a ratio */
};

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
draw(struct finder *f)
{
	const struct importance_sets *r = f->r;
	size_t cells = IMPORTANCE_CELLS / 2 / r->d, most = cells < 2 * IMPORTANCE_FOLDS
								   ? 2 * IMPORTANCE_FOLDS
								   : least(cells, IMPORTANCE_ROWS);

	for (int side = 0; side < 2; side++) {
		size_t n = side ? r->n_b : r->n_a;

		f->order[side] = mem_array(n, sizeof **f->order);
		for (size_t i = 0; i < n; i++)
			f->order[side][i] = (uint32_t)i;
		rng_shuffle(rng_stream(r->seed, "ratio", (uint64_t)side, 0), f->order[side],
			    (uint32_t)n);
		f->learned[side] = least(n, most);
	}
}

static size_t
row_at(const struct finder *f, int side, size_t place)
{
	return f->order[side][place] + (side ? f->r->n_a : 0);
}

static void
standardise(const struct finder *f, double *x)
{
	for (size_t c = 0; c < f->r->d; c++)
		x[c] = (x[c] - f->mean[c]) * f->scale[c];
}

/* The rows that are learned from, and the mean and spread of their columns. */
static void
read_learned(struct finder *f)
{
	size_t d = f->r->d, n = f->learned[0] + f->learned[1];

	f->x = mem_array(n * d, sizeof *f->x);
	f->mean = mem_array(d, sizeof *f->mean);
	f->scale = mem_array(d, sizeof *f->scale);
	for (size_t i = 0; i < n; i++)
		f->r->read(f->r->arg,
			   i < f->learned[0] ? row_at(f, 0, i) : row_at(f, 1, i - f->learned[0]),
			   f->x + i * d);
	for (size_t i = 0; i < n * d; i++)
		f->mean[i % d] += f->x[i] / (double)n;
	for (size_t i = 0; i < n * d; i++)
		f->scale[i % d] +=
			(f->x[i] - f->mean[i % d]) * (f->x[i] - f->mean[i % d]) / (double)n;
	for (size_t c = 0; c < d; c++)
		f->scale[c] = f->scale[c] > 1e-24 ? 1 / sqrt(f->scale[c]) : 0;
	for (size_t i = 0; i < n; i++)
		standardise(f, f->x + i * d);
}

/* What tells the rows of a fold apart: learned from all others. */
static void
learn(struct finder *f, size_t fold)
{
	size_t n = f->learned[0] + f->learned[1];
	uint32_t *row = mem_array(n, sizeof *row);
	uint8_t *is_b = mem_array(n, 1);
	struct logistic_rows r = { .x = f->x, .d = f->r->d, .row = row, .is_b = is_b };

	for (size_t i = 0; i < n; i++) {
		int side = i >= f->learned[0];

		if ((side ? i - f->learned[0] : i) % IMPORTANCE_FOLDS == fold)
			continue;
		is_b[r.n] = (uint8_t)side;
		row[r.n++] = (uint32_t)i;
	}
	f->w[fold] = mem_array(f->r->d + 1, sizeof **f->w);
	logistic_fit(&r, RIDGE * (double)r.d / (double)r.n, f->w[fold]);
	mem_free(row);
	mem_free(is_b);
}

/* A line through scores that tells b from a best: where they say nothing of rows they have not
 * seen, it is flat. */
static void
calibrate(struct finder *f, const double *score, size_t n)
{
	uint32_t *row = mem_array(n, sizeof *row);
	uint8_t *is_b = mem_array(n, 1);

	for (size_t i = 0; i < n; i++) {
		row[i] = (uint32_t)i;
		is_b[i] = i >= f->learned[0];
	}
	logistic_fit(&(struct logistic_rows){ score, 1, row, is_b, NULL, n }, LINE, f->line);
	if (f->line[0] < 0)
		f->line[0] = f->line[1] = 0;
	mem_free(row);
	mem_free(is_b);
}

/* Scores of rows that were learned from, as folds that have not seen them have it. */
static double
tell_apart(struct finder *f)
{
	size_t n = f->learned[0] + f->learned[1], d = f->r->d;
	double *score = mem_array(n, sizeof *score), auc;

	for (size_t i = 0; i < n; i++) {
		size_t place = i < f->learned[0] ? i : i - f->learned[0];

		score[i] = logistic_score(f->w[place % IMPORTANCE_FOLDS], f->x + i * d, d);
	}
	auc = two_sample_auc(score, f->learned[0], score + f->learned[0], f->learned[1]);
	calibrate(f, score, n);
	mem_free(score);
	return auc;
}

double
importance_find(const struct importance_sets *r, double *w)
{
	struct finder f = { .r = r };
	double *x = mem_array(r->d, sizeof *x), auc, score;

	draw(&f);
	read_learned(&f);
	for (size_t fold = 0; fold < IMPORTANCE_FOLDS; fold++)
		learn(&f, fold);
	auc = tell_apart(&f);
	for (size_t place = 0; place < r->n_a; place++) {
		r->read(r->arg, row_at(&f, 0, place), x);
		standardise(&f, x);
		score = logistic_score(f.w[place % IMPORTANCE_FOLDS], x, r->d);
		w[f.order[0][place]] =
			exp(fmax(fmin(logistic_score(f.line, &score, 1), MOST), -MOST));
	}
	for (size_t fold = 0; fold < IMPORTANCE_FOLDS; fold++)
		mem_free(f.w[fold]);
	mem_free(f.order[0]);
	mem_free(f.order[1]);
	mem_free(f.x);
	mem_free(f.mean);
	mem_free(f.scale);
	mem_free(x);
	return auc;
}

static double
mean_of(const double *w, size_t n, double scale, double limit)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += fmin(scale * w[i], limit);
	return sum / (double)n;
}

double
importance_clip(double *w, size_t n, double limit)
{
	double most = 0, low = 0, high = 1, sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, w[i]);
	for (size_t i = 0; i < n; i++)
		w[i] /= most;
	while (mean_of(w, n, high, limit) < 1 && high < 1e300)
		high *= 2;
	for (int i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;

		if (mean_of(w, n, middle, limit) < 1)
			low = middle;
		else
			high = middle;
	}
	for (size_t i = 0; i < n; i++) {
		w[i] = fmin(high * w[i], limit);
		sum += w[i];
		squares += w[i] * w[i];
	}
	return sum * sum / squares;
}
