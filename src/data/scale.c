/* scale.c: standardize features. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/scale.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "retort/base/mem.h"

/* A row of features as doubles: as it lies in memory, or copied to buffer[d]. */
static const double *
row_of(const struct dataset *ds, size_t row, double *buffer)
{
	const float *x = ds->wide ? NULL : ds->x + row * ds->d;

	for (size_t c = 0; x && c < ds->d; c++)
		buffer[c] = (double)x[c];
	return x ? buffer : ds->wide + row * ds->d;
}

/*
 * Sum all columns at once, row by row, as they lie in memory; each column's sums have the same bits
 * as if it were summed alone. The second pass sums squared distances from the mean.
 */
static void
fit_columns(const struct dataset *ds, const uint32_t *rows, size_t n_rows, struct scale *out,
	    double *buffer)
{
	size_t *n = mem_array(ds->d, sizeof *n);
	double *mean = out->mean, *spread = out->spread;

	for (size_t i = 0; i < n_rows; i++) {
		const double *x = row_of(ds, rows[i], buffer);

		for (size_t c = 0; c < ds->d;
		     c++) { /* conditional expressions, not branches: vectorized */
			bool there = x[c] == x[c];

			mean[c] += there ? x[c] : 0;
			n[c] += there;
		}
	}
	for (size_t c = 0; c < ds->d; c++)
		mean[c] = n[c] ? mean[c] / (double)n[c] : 0;
	for (size_t i = 0; i < n_rows; i++) {
		const double *x = row_of(ds, rows[i], buffer);

		for (size_t c = 0; c < ds->d; c++) {
			double z = x[c] == x[c] ? x[c] - mean[c] : 0;

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
row_sum(const double *x, size_t d, double mean, int power)
{
	double sum[LANES] = { 0 }, total = 0;
	size_t i = 0;

	for (; i + LANES <= d; i += LANES)
		for (size_t k = 0; k < LANES; k++) {
			double z = x[i + k] - mean;

			sum[k] += power == 1 ? z : z * z;
		}
	for (; i < d; i++)
		sum[0] += power == 1 ? x[i] - mean : (x[i] - mean) * (x[i] - mean);
	for (size_t k = 0; k < LANES; k++)
		total += sum[k];
	return total;
}

/* One mean and deviation over all pixels: a convolution has the same weights at every position. */
static void
fit_image(const struct dataset *ds, const uint32_t *rows, size_t n_rows, struct scale *out,
	  double *buffer)
{
	double count = (double)n_rows * (double)ds->d, sum = 0, squares = 0, mean, spread;

	for (size_t i = 0; i < n_rows; i++)
		sum += row_sum(row_of(ds, rows[i], buffer), ds->d, 0, 1);
	mean = sum / count;
	for (size_t i = 0; i < n_rows; i++)
		squares += row_sum(row_of(ds, rows[i], buffer), ds->d, mean, 2);
	spread = sqrt(squares / count);
	for (size_t c = 0; c < ds->d; c++) {
		out->mean[c] = mean;
		out->spread[c] = spread > 0 ? spread : 1;
	}
}

void
scale_fit(const struct dataset *ds, const uint32_t *rows, size_t n_rows, struct scale *out)
{
	double *buffer;

	*out = (struct scale){ .d = ds->kind == DATASET_TOKENS ? 0 : ds->d };
	if (out->d == 0)
		return;
	out->mean = mem_array(ds->d, sizeof *out->mean);
	out->spread = mem_array(ds->d, sizeof *out->spread);
	buffer = mem_array(ds->d, sizeof *buffer);
	if (ds->kind == DATASET_IMAGE)
		fit_image(ds, rows, n_rows, out, buffer);
	else
		fit_columns(ds, rows, n_rows, out, buffer);
	mem_free(buffer);
}

/* Block for the scaled features: where the unscaled ones lie, unless a new one takes half of the
 * memory. A row of floats ends before the next row of doubles begins. */
static float *
alloc_scaled(const struct dataset *ds)
{
	float *half = ds->wide && !ds->tmpmap ? mem_try(ds->n * ds->d, sizeof *half) : NULL;

	if (half)
		return half;
	return ds->wide ? (float *)(void *)ds->wide : ds->x;
}

/* Set x to the scaled features, in the place of unscaled doubles. */
static void
replace_wide(struct dataset *ds, float *scaled)
{
	if ((void *)scaled != (void *)ds->wide)
		mem_free(ds->wide);
	ds->x = scaled;
	ds->wide = NULL;
	if (ds->tmpmap)
		tmpmap_cut(ds->tmpmap, ds->n * ds->d * sizeof *ds->x);
}

void
scale_apply(const struct scale *s, struct dataset *ds)
{
	double *buffer;
	float *scaled, *to;

	if (s->d == 0)
		return;
	to = alloc_scaled(ds);
	buffer = mem_array(s->d, sizeof *buffer);
	scaled = mem_array(s->d, sizeof *scaled);
	for (size_t i = 0; i < ds->n; i++) {
		const double *x = row_of(ds, i, buffer);

		for (size_t c = 0; c < s->d;
		     c++) { /* conditional expressions, not branches: vectorized */
			double z = (x[c] - s->mean[c]) / s->spread[c];

			z = z > SCALE_LIMIT ? SCALE_LIMIT : z;
			z = z < -SCALE_LIMIT ? -SCALE_LIMIT : z;
			scaled[c] = z != z ? 0 : (float)z;
		}
		memcpy(to + i * s->d, scaled, s->d * sizeof *scaled);
	}
	mem_free(buffer);
	mem_free(scaled);
	if (ds->wide)
		replace_wide(ds, to);
}

void
scale_release(struct scale *s)
{
	mem_free(s->mean);
	mem_free(s->spread);
	memset(s, 0, sizeof *s);
}
