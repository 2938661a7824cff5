/* mix_share.c: rules by which several teachers share a row, a batch or a step. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/mix_share.h"

#include <math.h>

#include "retort/base/rng.h"
#include "retort/kd/loss.h"
#include "retort/train/metric.h"

#define ROUNDS                                                                                   \
	10000 /* of pairs in mix_share_min_norm; some tens do unless gradients are all but alike \
	       */

void
mix_share_normalise(double *x, int n)
{
	double sum = 0;

	for (int k = 0; k < n; k++)
		sum += x[k];
	for (int k = 0; k < n; k++)
		x[k] = sum > 0 ? x[k] / sum : 0;
}

static double
entropy(const real *z, size_t n)
{
	double all = loss_log_sum_exp(z, n), sum = 0;

	for (size_t c = 0; c < n; c++)
		sum -= exp((double)z[c] - all) * ((double)z[c] - all);
	return fmax(sum, 0);
}

void
mix_share_entropy(const real *const *logit, const double *typed, int n, size_t classes,
		  double *share)
{
	double sum = 0;
	int counted = 0;

	for (int k = 0; k < n; k++) {
		share[k] = typed[k] > 0 ? entropy(logit[k], classes) : 0;
		sum += share[k];
		counted += typed[k] > 0;
	}
	for (int k = 0; k < n;
	     k++) /* equal shares for one teacher, and where all entropies are 0 */
		share[k] = typed[k] * (counted > 1 && sum > 0 ? 1 - share[k] / sum : 1);
	mix_share_normalise(share, n);
}

void
mix_share_confidence(const real *const *logit, const double *typed, int n, size_t classes,
		     int32_t label, double *share)
{
	double loss[TRAIN_TEACHERS] = { 0 }, most = 0, sum = 0;
	int counted = 0;

	for (int k = 0; label >= 0 && k < n; k++) {
		if (typed[k] <= 0)
			continue;
		loss[k] = loss_log_sum_exp(logit[k], classes) - (double)logit[k][label];
		most = fmax(most, loss[k]);
		counted++;
	}
	for (int k = 0; k < n; k++) {
		share[k] = typed[k] > 0 ? exp(loss[k] - most) : 0;
		sum += share[k];
	}
	for (int k = 0; k < n; k++)
		share[k] = typed[k] * (counted > 1 ? (1 - share[k] / sum) / (counted - 1) : 1);
	mix_share_normalise(share, n);
}

/* Half the derivative of the objective when weight moves from one teacher to another. */
static double
half_derivative(const double *gram, int n, const double *a, int from, int to)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += a[i] * (gram[from * n + i] - gram[to * n + i]);
	return sum;
}

/* The pair with the steepest descent; false: no pair descends. */
static bool
steepest(const double *gram, int n, double most, const double *a, int *from, int *to)
{
	double best = 0;

	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++) {
			double here = i != k && a[i] > 0 && a[k] < most
					      ? half_derivative(gram, n, a, i, k)
					      : 0;

			if (here > best) {
				best = here;
				*from = i;
				*to = k;
			}
		}
	return best > 0;
}

/*
 * Optimise two shares at a time, exactly (Platt 1998): for two teachers the clipped closed form.
 * Ends when no pair descends or a move changes nothing. Teachers with equal gradients keep their
 * shares.
 */
void
mix_share_min_norm(const double *gram, int n, double most, double *a)
{
	most = fmax(most, 1.0 / n);
	for (int k = 0; k < n; k++)
		a[k] = 1.0 / n;
	for (int round = 0; round < ROUNDS; round++) {
		int i = 0, k = 0;
		double bend, move;

		if (!steepest(gram, n, most, a, &i, &k))
			return;
		bend = gram[i * n + i] + gram[k * n + k] - 2 * gram[i * n + k];
		move = fmin(a[i], most - a[k]);
		if (bend > 0)
			move = fmin(move, half_derivative(gram, n, a, i, k) / bend);
		if (a[k] + move == a[k])
			return;
		a[i] = fmax(a[i] - move, 0);
		a[k] += move;
	}
}

int
mix_share_draw(const double *typed, int n, uint64_t seed, uint64_t step)
{
	double sum = 0, at;
	int last = -1;

	for (int k = 0; k < n; k++)
		sum += typed[k];
	at = sum * rng_unit(rng_stream(seed, "teacher", step, 0), 0);
	for (int k = 0; k < n; k++) {
		if (typed[k] <= 0)
			continue;
		last = k; /* the rest left by rounding */
		at -= typed[k];
		if (at < 0)
			break;
	}
	return last;
}
