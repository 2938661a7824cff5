/* row_choice.c: selection of rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/shift/row_choice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"

/* Partial sums, so that the loop is vectorized with a fixed order of summation. */
#define LANES 8

struct scored {
	double score;
	size_t row;
};

static int
by_score(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->row < y->row ? -1 : 1;
}

void
row_choice_largest(const double *score, size_t n, size_t k, uint8_t *keep)
{
	struct scored *s = mem_array(n, sizeof *s);

	for (size_t i = 0; i < n; i++)
		s[i] = (struct scored){ score[i], i };
	qsort(s, n, sizeof *s, by_score);
	memset(keep, 0, n);
	for (size_t i = 0; i < k; i++)
		keep[s[i].row] = 1;
	mem_free(s);
}

static float
square_distance(const float *a, const float *b, size_t d)
{
	float lane[LANES] = { 0 }, sum = 0;
	size_t c = 0;

	for (; c + LANES <= d; c += LANES)
		for (size_t l = 0; l < LANES; l++)
			lane[l] += (a[c + l] - b[c + l]) * (a[c + l] - b[c + l]);
	for (size_t l = 0; l < LANES; l++)
		sum += lane[l];
	for (; c < d; c++)
		sum += (a[c] - b[c]) * (a[c] - b[c]);
	return sum;
}

/* The row of a nearest to x among those not selected. */
static size_t
nearest_row(const struct row_choice_rows *r, const uint8_t *keep, const float *x)
{
	float best = INFINITY;
	size_t found = r->n_a;

	for (size_t i = 0; i < r->n_a; i++) {
		float here;

		if (keep[i])
			continue;
		here = square_distance(r->a + i * r->d, x, r->d);
		if (found == r->n_a || here < best) {
			best = here;
			found = i;
		}
	}
	return found;
}

static size_t
farthest_row(const float *far, size_t n)
{
	size_t most = 0;

	for (size_t i = 1; i < n; i++)
		most = far[i] > far[most] ? i : most;
	return most;
}

double
row_choice_cover(const struct row_choice_rows *r, size_t k, uint8_t *keep)
{
	float *far = mem_array(
		r->n_b, sizeof *far); /* squared distance of each row of b from the selection */
	double radius;

	memset(keep, 0, r->n_a);
	for (size_t i = 0; i < r->n_b; i++)
		far[i] = INFINITY;
	for (size_t chosen = 0; chosen < k; chosen++) {
		size_t at = nearest_row(r, keep, r->b + farthest_row(far, r->n_b) * r->d);

		keep[at] = 1;
		for (size_t i = 0; i < r->n_b; i++)
			far[i] = fminf(far[i],
				       square_distance(r->a + at * r->d, r->b + i * r->d, r->d));
	}
	radius = sqrt((double)far[farthest_row(far, r->n_b)]);
	mem_free(far);
	return radius;
}
