/* scale.c: mean and spread of each feature, from the training rows only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/scale.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"

static void
fit_column(const struct dataset *ds, const uint32_t *rows, size_t n_rows, size_t column, double *mean, double *spread)
{
	double sum = 0, squares = 0;
	size_t n = 0;

	for (size_t i = 0; i < n_rows; i++) {
		double x = (double)ds->x[rows[i] * ds->d + column];

		if (isnan(x))
			continue;
		sum += x;
		n++;
	}
	*mean = n ? sum / (double)n : 0;
	for (size_t i = 0; i < n_rows; i++) {
		double x = (double)ds->x[rows[i] * ds->d + column] - *mean;

		if (!isnan(x))
			squares += x * x;
	}
	*spread = n ? sqrt(squares / (double)n) : 0;
	if (!(*spread > 0))
		*spread = 1;
}

void
scale_fit(const struct dataset *ds, const uint32_t *rows, size_t n_rows, struct scale *out)
{
	out->d = ds->d;
	out->mean = mem_array(ds->d, sizeof *out->mean);
	out->spread = mem_array(ds->d, sizeof *out->spread);
	for (size_t c = 0; c < ds->d; c++)
		fit_column(ds, rows, n_rows, c, &out->mean[c], &out->spread[c]);
}

void
scale_apply(const struct scale *s, struct dataset *ds)
{
	for (size_t i = 0; i < ds->n; i++)
		for (size_t c = 0; c < s->d; c++) {
			float *x = &ds->x[i * s->d + c];

			double z = ((double)*x - s->mean[c]) / s->spread[c];

			*x = isnan(*x) ? 0 : (float)fmax(-SCALE_LIMIT, fmin(SCALE_LIMIT, z));
		}
}

void
scale_release(struct scale *s)
{
	mem_free(s->mean);
	mem_free(s->spread);
	memset(s, 0, sizeof *s);
}
