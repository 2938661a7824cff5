/* class_prior.c: class proportions by EM and by iterative scaling. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/shift/class_prior.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"

#define EM_TOLERANCE 1e-9
#define MATCH_TOLERANCE 1e-7

/* One EM step: mean posteriors under the current proportions. Returns the largest change. */
static double
em_step(const double *p, size_t n, size_t classes, const double *old, double *new, double *sum)
{
	double most = 0;

	memset(sum, 0, classes * sizeof *sum);
	for (size_t i = 0; i < n; i++) {
		double all = 0;

		for (size_t c = 0; c < classes; c++)
			all += p[i * classes + c] * new[c] / old[c];
		for (size_t c = 0; c < classes && all > 0; c++)
			sum[c] += p[i * classes + c] * new[c] / old[c] / all;
	}
	for (size_t c = 0; c < classes; c++) {
		most = fmax(most, fabs(sum[c] / (double)n - new[c]));
		new[c] = sum[c] / (double)n;
	}
	return most;
}

size_t
class_prior_em(const double *p, size_t n, size_t classes, const double *old, double *new)
{
	double *sum = mem_array(classes, sizeof *sum);
	size_t steps = 0;

	while (steps < CLASS_PRIOR_STEPS && em_step(p, n, classes, old, new, sum) > EM_TOLERANCE)
		steps++;
	mem_free(sum);
	return steps;
}

/* mean[classes]: mean softmax of the shifted rows; p[classes] is scratch. */
static void
shifted_mean(const double *z, size_t n, size_t classes, const double *shift, double *mean,
	     double *p)
{
	memset(mean, 0, classes * sizeof *mean);
	for (size_t i = 0; i < n; i++) {
		double most = -INFINITY, sum = 0;

		for (size_t c = 0; c < classes; c++)
			most = fmax(most, z[i * classes + c] + shift[c]);
		for (size_t c = 0; c < classes; c++)
			sum += p[c] = exp(z[i * classes + c] + shift[c] - most);
		for (size_t c = 0; c < classes; c++)
			mean[c] += p[c] / sum / (double)n;
	}
}

size_t
class_prior_match(const double *z, size_t n, size_t classes, const double *want, double *shift)
{
	double *mean = mem_array(classes, sizeof *mean), *p = mem_array(classes, sizeof *p),
	       off = 1;
	size_t steps = 0;

	memset(shift, 0, classes * sizeof *shift);
	for (; steps < CLASS_PRIOR_MATCHES && off > MATCH_TOLERANCE; steps++) {
		shifted_mean(z, n, classes, shift, mean, p);
		off = 0;
		for (size_t c = 0; c < classes; c++) {
			double move = log(want[c] / fmax(mean[c], 1e-300));

			shift[c] += move;
			off = fmax(off, fabs(move));
		}
	}
	mem_free(mean);
	mem_free(p);
	return steps;
}
