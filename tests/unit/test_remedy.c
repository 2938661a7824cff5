/* test_remedy.c: remedies against other algorithms and cases with known results. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/data/shift/row_choice.h"
#include "retort/data/shift/two_sample.h"
#include "retort/data/shift/logistic.h"
#include "retort/data/shift/class_prior.h"
#include "retort/data/shift/importance.h"

#define N 400

/* ---- the classifier ---- */

static double x2[2 * N * 2];
static uint32_t all_rows[2 * N];
static uint8_t sides[2 * N];

/* Two columns; those of b are shifted by (0.8, -0.5). */
static void
two_normals(void)
{
	struct rng r = rng_stream(3, "two", 0, 0);

	for (size_t i = 0; i < 2 * N; i++) {
		all_rows[i] = (uint32_t)i;
		sides[i] = i >= N;
		x2[2 * i] = rng_normal(r, 2 * i) + (i >= N ? 0.8 : 0);
		x2[2 * i + 1] = rng_normal(r, 2 * i + 1) - (i >= N ? 0.5 : 0);
	}
}

/* Solve A x = b of size three by elimination. */
static void
solve3(double A[3][4], double x[3])
{
	for (int i = 0; i < 3; i++)
		for (int k = i + 1; k < 3; k++)
			for (int c = 3; c >= i; c--)
				A[k][c] -= A[k][i] / A[i][i] * A[i][c];
	for (int i = 2; i >= 0; i--) {
		x[i] = A[i][3];
		for (int c = i + 1; c < 3; c++)
			x[i] -= A[i][c] * x[c];
		x[i] /= A[i][i];
	}
}

/* Newton's method on the same objective. */
static void
newton(double ridge, double w[3])
{
	w[0] = w[1] = w[2] = 0;
	for (int t = 0; t < 30; t++) {
		double A[3][4] = { { ridge, 0, 0, -ridge * w[0] },
				   { 0, ridge, 0, -ridge * w[1] },
				   { 0 } },
		       move[3];

		for (size_t i = 0; i < 2 * N; i++) {
			double x[3] = { x2[2 * i], x2[2 * i + 1], 1 },
			       p = 1 / (1 + exp(-(w[0] * x[0] + w[1] * x[1] + w[2])));

			for (int k = 0; k < 3; k++) {
				for (int c = 0; c < 3; c++)
					A[k][c] += p * (1 - p) * x[k] * x[c] / (2 * N);
				A[k][3] -= (p - sides[i]) * x[k] / (2 * N);
			}
		}
		solve3(A, move);
		for (int k = 0; k < 3; k++)
			w[k] += move[k];
	}
}

static void
classifier_agrees_with_newtons_method(void **state)
{
	struct logistic_rows r = { x2, 2, all_rows, sides, NULL, 2 * N };
	double w[3], want[3];

	(void)state;
	two_normals();
	for (double ridge = 1e-3; ridge < 1; ridge *= 10) {
		logistic_fit(&r, ridge, w);
		newton(ridge, want);
		for (int k = 0; k < 3; k++)
			CHECK_NEAR(w[k], want[k], 1e-4);
	}
}

static void
weight_two_equals_a_duplicate_row(void **state)
{
	double weight[2 * N], w[3], twice[3];
	uint32_t rows[2 * N + N];
	uint8_t side[2 * N + N];
	size_t n = 0;

	(void)state;
	two_normals();
	for (size_t i = 0; i < 2 * N; i++) {
		weight[i] = i % 2 ? 1 : 2;
		for (int k = 0; k < (i % 2 ? 1 : 2); k++) {
			rows[n] = (uint32_t)i;
			side[n++] = sides[i];
		}
	}
	logistic_fit(&(struct logistic_rows){ x2, 2, all_rows, sides, weight, 2 * N }, 0.01, w);
	logistic_fit(&(struct logistic_rows){ x2, 2, rows, side, NULL, n }, 0.01, twice);
	for (int k = 0; k < 3; k++)
		CHECK_NEAR(w[k], twice[k], 1e-4);
}

static void
fits_without_rows_have_zero_weights(void **state)
{
	double w[3] = { 1, 1, 1 };

	(void)state;
	two_normals();
	logistic_fit(&(struct logistic_rows){ x2, 2, all_rows, sides, NULL, N }, 0.01, w);
	CHECK(w[0] == 0 && w[1] == 0 && w[2] == 0);
}

/* ---- weights ---- */

#define MANY 4000

static double line[2 * MANY];

static void
read_line(const void *arg, size_t row, double *x)
{
	(void)arg;
	x[0] = line[row];
}

/* Normal distributions with means 0 and 1, deviation 1: the density ratio is exp(x - 1/2). */
static void
weights_are_the_known_density_ratio(void **state)
{
	struct rng r = rng_stream(11, "line", 0, 0);
	struct importance_sets s = { read_line, NULL, MANY, MANY, 1, 5 };
	static double w[MANY], again[MANY];
	double auc, error = 0, mean = 0, moved = 0;

	(void)state;
	for (size_t i = 0; i < 2 * MANY; i++)
		line[i] = rng_normal(r, i) + (i >= MANY);
	auc = importance_find(&s, w);
	CHECK_NEAR(auc, 0.760, 0.02); /* Phi(1 / sqrt 2) */
	for (size_t i = 0; i < MANY; i++)
		error += fabs(log(w[i]) - (line[i] - 0.5)) / MANY;
	CHECK(error < 0.12);
	importance_clip(w, MANY, 20);
	for (size_t i = 0; i < MANY; i++) {
		mean += w[i] / MANY;
		moved += w[i] * line[i] / MANY; /* the mean of b, from rows of a only */
	}
	CHECK_NEAR(mean, 1, 1e-9);
	CHECK_NEAR(moved, 1, 0.12);
	importance_find(&s, again);
	importance_clip(again, MANY, 20);
	CHECK(memcmp(w, again, sizeof w) == 0);
}

/* Both sets have the same rows except for one duplicate: a classifier that scores its own training
 * rows would give them different weights. */
static void
equal_distributions_give_equal_weights(void **state)
{
	struct rng r = rng_stream(12, "line", 0, 0);
	struct importance_sets s = { read_line, NULL, MANY, MANY, 1, 5 };
	static double w[MANY];
	double effective;

	(void)state;
	for (size_t i = 0; i < 2 * MANY; i++)
		line[i] = rng_normal(r, i);
	CHECK_NEAR(importance_find(&s, w), 0.5, 0.03);
	effective = importance_clip(w, MANY, 10);
	CHECK(effective > 0.98 * MANY && effective <= MANY * (1 + 1e-12));
}

#define WIDE 40
#define ROWS 300

static double wide[2 * ROWS * WIDE];

static void
read_wide(const void *arg, size_t row, double *x)
{
	(void)arg;
	memcpy(x, wide + row * WIDE, WIDE * sizeof *x);
}

/* Many columns and few rows: a classifier overfits, but has no information on rows it was not
 * trained on. */
static void
noise_is_not_learned(void **state)
{
	struct rng r = rng_stream(21, "wide", 0, 0);
	struct importance_sets s = { read_wide, NULL, ROWS, ROWS, WIDE, 5 };
	double w[ROWS];

	(void)state;
	for (size_t i = 0; i < 2 * ROWS * WIDE; i++)
		wide[i] = rng_normal(r, i);
	CHECK_NEAR(importance_find(&s, w), 0.5, 0.08);
	CHECK(importance_clip(w, ROWS, 10) > 0.95 * ROWS);
	for (size_t i = ROWS; i < 2 * ROWS; i++)
		wide[i * WIDE] += 3; /* one informative column */
	CHECK(importance_find(&s, w) > 0.95);
	CHECK(importance_clip(w, ROWS, 10) < 0.5 * ROWS);
}

/* Weights 1, 1, 2 and 12 with limit 2: 12 is clipped, the others are scaled by s with 4 s + 2 = 4.
 */
static void
clipped_weights_match_values_by_hand(void **state)
{
	double w[4] = { 1, 1, 2, 12 }, even[3] = { 7, 7, 7 };

	(void)state;
	CHECK_NEAR(importance_clip(w, 4, 2), 16 / (0.25 + 0.25 + 1 + 4), 1e-12);
	CHECK_NEAR(w[0], 0.5, 1e-12);
	CHECK_NEAR(w[1], 0.5, 1e-12);
	CHECK_NEAR(w[2], 1, 1e-12);
	CHECK_NEAR(w[3], 2, 1e-12);
	CHECK_NEAR(importance_clip(even, 3, 10), 3, 1e-12);
	CHECK_NEAR(even[2], 1, 1e-12);
}

/* With its weights, rows of a are not distinguishable from b by classifier and energy distance. */
static void
weights_reduce_the_measured_difference(void **state)
{
	struct rng r = rng_stream(11, "line", 0, 0);
	static double w[N];
	struct two_sample_rows g = { line, line + N, N, N, 1, w, NULL };
	struct two_sample out, plain;

	(void)state;
	for (size_t i = 0; i < 2 * N; i++)
		line[i] = rng_normal(r, i) + (i >= N) * 0.7;
	for (size_t i = 0; i < N; i++)
		w[i] = exp(0.7 * line[i] - 0.245);
	two_sample_measure(&g, 1, &out);
	CHECK(out.auc > 0.65);
	CHECK(fabs(out.weighted_auc - 0.5) < 0.06);
	CHECK(out.weighted_energy < out.energy / 10);
	for (size_t i = 0; i < N; i++)
		w[i] = 3; /* equal weights: as without */
	two_sample_measure(&g, 1, &out);
	CHECK_NEAR(out.weighted_energy, out.energy, 1e-10);
	CHECK_NEAR(out.weighted_auc, out.auc, 1e-12);
	g.w_a = NULL;
	two_sample_measure(&g, 1, &plain);
	CHECK(isnan(plain.weighted_auc) && isnan(plain.weighted_energy) && plain.auc == out.auc);
}

/* ---- choices ---- */

#define FEW 11

/* The smallest radius of all choices of k rows. */
static double
best_radius(const float *a, const float *b, size_t n_b, int k)
{
	double best = INFINITY;

	for (unsigned set = 0; set < 1u << FEW; set++) {
		double radius = 0;

		if (__builtin_popcount(set) != k)
			continue;
		for (size_t i = 0; i < n_b; i++) {
			double near = INFINITY;

			for (int c = 0; c < FEW; c++)
				if (set >> c & 1)
					near = fmin(near, hypot((double)a[2 * c] - (double)b[2 * i],
								(double)a[2 * c + 1] -
									(double)b[2 * i + 1]));
			radius = fmax(radius, near);
		}
		best = fmin(best, radius);
	}
	return best;
}

/* The radius of a choice, recomputed. */
static double
radius_of(const float *a, const uint8_t *keep, const float *b, size_t n_b, int *kept)
{
	double radius = 0;

	*kept = 0;
	for (int c = 0; c < FEW; c++)
		*kept += keep[c];
	for (size_t i = 0; i < n_b; i++) {
		double near = INFINITY;

		for (int c = 0; c < FEW; c++)
			if (keep[c])
				near = fmin(near,
					    hypot((double)a[2 * c] - (double)b[2 * i],
						  (double)a[2 * c + 1] - (double)b[2 * i + 1]));
		radius = fmax(radius, near);
	}
	return radius;
}

static void
covers_are_within_twice_the_best_radius(void **state)
{
	float a[2 * FEW], b[2 * FEW];
	uint8_t keep[FEW];
	int kept;

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct rng r = rng_stream(seed, "cover", 0, 0);

		for (int i = 0; i < 2 * FEW; i++) {
			a[i] = (float)rng_normal(r, (uint64_t)i);
			b[i] = (float)rng_normal(r, (uint64_t)(100 + i));
		}
		for (int k = 1; k <= FEW; k++) {
			double own = row_choice_cover(
				       &(struct row_choice_rows){ a, a, FEW, FEW, 2 }, (size_t)k,
				       keep),
			       other;

			CHECK_NEAR(radius_of(a, keep, a, FEW, &kept), own, 1e-5);
			CHECK_INT(kept, k);
			CHECK(own <= 2 * best_radius(a, a, FEW, k) + 1e-5); /* Gonzalez 1985 */
			other = row_choice_cover(&(struct row_choice_rows){ a, b, FEW, FEW, 2 },
						 (size_t)k, keep);
			CHECK_NEAR(radius_of(a, keep, b, FEW, &kept), other, 1e-5);
			CHECK_INT(kept, k);
			CHECK(other <=
			      3 * best_radius(a, b, FEW, k) + 1e-5); /* Hochbaum and Shmoys 1986 */
		}
	}
}

static void
the_largest_are_chosen_and_ties_go_to_the_first(void **state)
{
	const double score[] = { 1, 5, 3, 5, 3, 0 };
	uint8_t keep[6];

	(void)state;
	row_choice_largest(score, 6, 3, keep);
	CHECK(memcmp(keep, (uint8_t[]){ 0, 1, 1, 1, 0, 0 }, 6) == 0);
	row_choice_largest(score, 6, 6, keep);
	CHECK(memcmp(keep, (uint8_t[]){ 1, 1, 1, 1, 1, 1 }, 6) == 0);
}

/* ---- priors ---- */

/*
 * A network with certain outputs: shares are found in one step. And one with outputs 0.8 and 0.2,
 * for rows of which a share f has the first: with x = new[0] the likelihood f log(0.8 x + 0.2 (1 -
 * x)) + (1 - f) log(0.2 x + 0.8 (1 - x)) is largest at (f - 0.2) / 0.6.
 */
static void
em_finds_class_shares_computed_by_hand(void **state)
{
	double sure[10 * 2], doubtful[100 * 2], old[2] = { 0.5, 0.5 }, new[2] = { 0.5, 0.5 };

	(void)state;
	for (int i = 0; i < 10; i++) {
		sure[2 * i] = i < 7;
		sure[2 * i + 1] = i >= 7;
	}
	class_prior_em(sure, 10, 2, old, new);
	CHECK_NEAR(new[0], 0.7, 1e-12);
	for (int i = 0; i < 100; i++) {
		doubtful[2 * i] = i < 65 ? 0.8 : 0.2;
		doubtful[2 * i + 1] = 1 - doubtful[2 * i];
	}
	new[0] = new[1] = 0.5;
	CHECK(class_prior_em(doubtful, 100, 2, old, new) < CLASS_PRIOR_STEPS);
	CHECK_NEAR(new[0], (0.65 - 0.2) / 0.6, 1e-6);
	CHECK_NEAR(new[0] + new[1], 1, 1e-12);
}

/* Outputs for rows with the class shares of the training rows need no change; a share of 0 stays 0.
 */
static void
em_stays_at_its_fixed_point(void **state)
{
	double p[3 * 2] = { 0.9, 0.1, 0.3, 0.7, 0.6, 0.4 }, old[2] = { 0.6, 0.4 },
		     new[2] = { 0.6, 0.4 }, none[2] = { 1, 0 };

	(void)state;
	CHECK_INT(class_prior_em(p, 3, 2, old, new), 0);
	CHECK_NEAR(new[0], 0.6, 1e-12);
	class_prior_em(p, 3, 2, old, none);
	CHECK(none[0] == 1 && none[1] == 0);
}

/* Equal rows (1, 0): a shift of log(0.8 / 0.2) - 1 between the classes; and random rows, for which
 * the mean is checked. */
static void
matching_gives_the_requested_means(void **state)
{
	double same[4 * 2] = { 1, 0, 1, 0, 1, 0, 1, 0 }, want[2] = { 0.8, 0.2 }, shift[3],
			z[200 * 3], mean[3] = { 0 };
	const double ask[3] = { 0.7, 0.299, 0.001 };
	struct rng r = rng_stream(5, "match", 0, 0);

	(void)state;
	class_prior_match(same, 4, 2, want, shift);
	CHECK_NEAR(shift[0] - shift[1], log(4) - 1, 1e-6);
	for (size_t i = 0; i < 600; i++)
		z[i] = 3 * rng_normal(r, i);
	CHECK(class_prior_match(z, 200, 3, ask, shift) < CLASS_PRIOR_MATCHES);
	for (size_t i = 0; i < 200; i++) {
		double sum = 0;

		for (size_t c = 0; c < 3; c++)
			sum += exp(z[3 * i + c] + shift[c]);
		for (size_t c = 0; c < 3; c++)
			mean[c] += exp(z[3 * i + c] + shift[c]) / sum / 200;
	}
	for (size_t c = 0; c < 3; c++)
		CHECK_NEAR(mean[c], ask[c], 1e-6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(classifier_agrees_with_newtons_method),
		TEST(weight_two_equals_a_duplicate_row),
		TEST(fits_without_rows_have_zero_weights),
		TEST(weights_are_the_known_density_ratio),
		TEST(equal_distributions_give_equal_weights),
		TEST(noise_is_not_learned),
		TEST(clipped_weights_match_values_by_hand),
		TEST(weights_reduce_the_measured_difference),
		TEST(covers_are_within_twice_the_best_radius),
		TEST(the_largest_are_chosen_and_ties_go_to_the_first),
		TEST(em_finds_class_shares_computed_by_hand),
		TEST(em_stays_at_its_fixed_point),
		TEST(matching_gives_the_requested_means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
