/* scale.c: standardize features. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/scale.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "retort/base/mem.h"

/*
 * Sum all columns at once, row by row, as they lie in memory; each column's sums have the same bits
 * as if it were summed alone. The second pass sums squared distances from the mean.
 */
static void
fit_columns(const struct dataset *ds, const uint32_t *rows, size_t n_rows, double *mean,
	    double *spread)
{
	size_t *n = mem_array(ds->d, sizeof *n);

	for (size_t i = 0; i < n_rows; i++) {
		const float *x = ds->x + rows[i] * ds->d;

		for (size_t c = 0; c < ds->d;
		     c++) { /* conditional expressions, not branches: vectorized */
			bool there = x[c] == x[c];

			mean[c] += there ? (double)x[c] : 0;
			n[c] += there;
		}
	}
	for (size_t c = 0; c < ds->d; c++)
		mean[c] = n[c] ? mean[c] / (double)n[c] : 0;
	for (size_t i = 0; i < n_rows; i++) {
		const float *x = ds->x + rows[i] * ds->d;

		for (size_t c = 0; c < ds->d; c++) {
			double z = x[c] == x[c] ? (double)x[c] - mean[c] : 0;

			spread[c] += z * z;
		}
	}
	for (size_t c = 0; c < ds->d; c++) {
		spread[c] = n[c] ? sqrt(spread[c] / (double)n[c]) : 0;
		if (!(spread[c] > 0))
			spread[c] = 1;
	}
	mem_free(n);
}

#define LANES 8 /* partial sums of a row, which a processor adds in parallel */

/* Sum of (x - mean)^power of one row; power is 1 or 2. */
static double
row_sum(const float *x, size_t d, double mean, int power)
{
	double sum[LANES] = { 0 }, total = 0;
	size_t i = 0;

	for (; i + LANES <= d; i += LANES)
		for (size_t k = 0; k < LANES; k++) {
			double z = (double)x[i + k] - mean;

			sum[k] += power == 1 ? z : z * z;
		}
	for (; i < d; i++)
		sum[0] += power == 1 ? (double)x[i] - mean
				     : ((double)x[i] - mean) * ((double)x[i] - mean);
	for (size_t k = 0; k < LANES; k++)
		total += sum[k];
	return total;
}

/* One mean and deviation over all pixels: a convolution has the same weights at every position. */
static void
fit_image(const struct dataset *ds, const uint32_t *rows, size_t n_rows, struct scale *out)
{
	double count = (double)n_rows * (double)ds->d, sum = 0, squares = 0, mean, spread;

	for (size_t i = 0; i < n_rows; i++)
		sum += row_sum(ds->x + rows[i] * ds->d, ds->d, 0, 1);
	mean = sum / count;
	for (size_t i = 0; i < n_rows; i++)
		squares += row_sum(ds->x + rows[i] * ds->d, ds->d, mean, 2);
	spread = sqrt(squares / count);
	for (size_t c = 0; c < ds->d; c++) {
		out->mean[c] = mean;
		out->spread[c] = spread > 0 ? spread : 1;
	}
}

void
scale_fit(const struct dataset *ds, const uint32_t *rows, size_t n_rows, struct scale *out)
{
	*out = (struct scale){ .d = ds->kind == DATASET_TOKENS ? 0 : ds->d };
	if (out->d == 0)
		return;
	out->mean = mem_array(ds->d, sizeof *out->mean);
	out->spread = mem_array(ds->d, sizeof *out->spread);
	if (ds->kind == DATASET_IMAGE)
		fit_image(ds, rows, n_rows, out);
	else
		fit_columns(ds, rows, n_rows, out->mean, out->spread);
}

void
scale_apply(const struct scale *s, struct dataset *ds)
{
	if (s->d == 0)
		return;
	for (size_t i = 0; i < ds->n; i++) {
		float *x = ds->x + i * s->d;

		for (size_t c = 0; c < s->d;
		     c++) { /* conditional expressions, not branches: vectorized */
			double z = ((double)x[c] - s->mean[c]) / s->spread[c];

			z = z > SCALE_LIMIT ? SCALE_LIMIT : z;
			z = z < -SCALE_LIMIT ? -SCALE_LIMIT : z;
			x[c] = z != z ? 0 : (float)z;
		}
	}
}

void
scale_release(struct scale *s)
{
	mem_free(s->mean);
	mem_free(s->spread);
	memset(s, 0, sizeof *s);
}
