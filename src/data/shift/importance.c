/* importance.c: importance weights from a classifier of two sets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/shift/importance.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/data/shift/two_sample.h"
#include "retort/data/shift/logistic.h"

/* Times d over the number of rows: a normal prior under which scores have standard deviation 2. */
#define RIDGE 0.25
#define CALIBRATION_RIDGE 1e-4
#define BISECTIONS 100
#define LOG_RATIO_MAX 300 /* sums of weights and of their squares stay finite */

/* Rows of each set in random order: place p belongs to fold p % IMPORTANCE_FOLDS; the first ones
 * are training rows. */
struct estimator {
	const struct importance_sets *r;
	uint32_t *order[2]; /* [n_a], [n_b] row numbers of each set */
	size_t learned[2];
	double *x;                   /* [learned, d] standardized; a, then b */
	double *mean, *scale;        /* [d] */
	double *w[IMPORTANCE_FOLDS]; /* [d + 1] */
	double line[2];              /* calibration: score to log ratio */
};

static size_t
smaller_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
draw_order(struct estimator *f)
{
	const struct importance_sets *r = f->r;
	size_t cells = IMPORTANCE_CELLS / 2 / r->d,
	       most = cells < 2 * IMPORTANCE_FOLDS ? 2 * IMPORTANCE_FOLDS
						   : smaller_of(cells, IMPORTANCE_ROWS);

	for (int side = 0; side < 2; side++) {
		size_t n = side ? r->n_b : r->n_a;

		f->order[side] = mem_array(n, sizeof **f->order);
		for (size_t i = 0; i < n; i++)
			f->order[side][i] = (uint32_t)i;
		rng_shuffle(rng_stream(r->seed, "ratio", (uint64_t)side, 0), f->order[side],
			    (uint32_t)n);
		f->learned[side] = smaller_of(n, most);
	}
}

static size_t
row_at(const struct estimator *f, int side, size_t place)
{
	return f->order[side][place] + (side ? f->r->n_a : 0);
}

static void
standardize_row(const struct estimator *f, double *x)
{
	for (size_t c = 0; c < f->r->d; c++)
		x[c] = (x[c] - f->mean[c]) * f->scale[c];
}

/* Read the training rows, and standardize them by the mean and standard deviation of columns. */
static void
read_learned(struct estimator *f)
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
		standardize_row(f, f->x + i * d);
}

/* Train the classifier of a fold, on all other folds. */
static void
train_fold(struct estimator *f, size_t fold)
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

/* Fit the calibration line to held-out scores; flat if they are uninformative. */
static void
fit_calibration(struct estimator *f, const double *score, size_t n)
{
	uint32_t *row = mem_array(n, sizeof *row);
	uint8_t *is_b = mem_array(n, 1);

	for (size_t i = 0; i < n; i++) {
		row[i] = (uint32_t)i;
		is_b[i] = i >= f->learned[0];
	}
	logistic_fit(&(struct logistic_rows){ score, 1, row, is_b, NULL, n }, CALIBRATION_RIDGE,
		     f->line);
	if (f->line[0] < 0)
		f->line[0] = f->line[1] = 0;
	mem_free(row);
	mem_free(is_b);
}

/* Score the training rows by the classifiers of their folds, and calibrate. Returns the AUC. */
static double
score_folds(struct estimator *f)
{
	size_t n = f->learned[0] + f->learned[1], d = f->r->d;
	double *score = mem_array(n, sizeof *score), auc;

	for (size_t i = 0; i < n; i++) {
		size_t place = i < f->learned[0] ? i : i - f->learned[0];

		score[i] = logistic_score(f->w[place % IMPORTANCE_FOLDS], f->x + i * d, d);
	}
	auc = two_sample_auc(score, f->learned[0], score + f->learned[0], f->learned[1]);
	fit_calibration(f, score, n);
	mem_free(score);
	return auc;
}

double
importance_find(const struct importance_sets *r, double *w)
{
	struct estimator f = { .r = r };
	double *x = mem_array(r->d, sizeof *x), auc, score;

	draw_order(&f);
	read_learned(&f);
	for (size_t fold = 0; fold < IMPORTANCE_FOLDS; fold++)
		train_fold(&f, fold);
	auc = score_folds(&f);
	for (size_t place = 0; place < r->n_a; place++) {
		r->read(r->arg, row_at(&f, 0, place), x);
		standardize_row(&f, x);
		score = logistic_score(f.w[place % IMPORTANCE_FOLDS], x, r->d);
		w[f.order[0][place]] = exp(fmax(
			fmin(logistic_score(f.line, &score, 1), LOG_RATIO_MAX), -LOG_RATIO_MAX));
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
clipped_mean(const double *w, size_t n, double scale, double limit)
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
	while (clipped_mean(w, n, high, limit) < 1 && high < 1e300)
		high *= 2;
	for (int i = 0; i < BISECTIONS; i++) {
		double middle = (low + high) / 2;

		if (clipped_mean(w, n, middle, limit) < 1)
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
