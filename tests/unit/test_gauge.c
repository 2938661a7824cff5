/* test_gauge.c: two-sample statistics against values computed by hand and sets with known results.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/data/shift/two_sample.h"

#define N 120
#define D 3

static double a[N * D], b[N * D];

static void
normals(double *x, const char *who, double shift)
{
	struct rng r = rng_stream(7, who, 0, 0);

	for (size_t i = 0; i < N * D; i++)
		x[i] = rng_normal(r, i) + shift;
}

static struct two_sample
measure(void)
{
	struct two_sample_rows r = { a, b, N, N, D, NULL, NULL };
	struct two_sample g;

	two_sample_measure(&r, 1, &g);
	return g;
}

static void
samples_of_one_distribution_do_not_differ(void **state)
{
	struct two_sample g;

	(void)state;
	normals(a, "a", 0);
	normals(b, "b", 0);
	g = measure();
	CHECK(g.p > 0.05);
	CHECK(fabs(g.auc - 0.5) < 0.12);
	CHECK(g.coverage > 0.85);
	CHECK(g.energy < 0.1);
}

static void
shifted_samples_differ(void **state)
{
	struct two_sample g;

	(void)state;
	normals(a, "a", 0);
	normals(b, "b", 2);
	g = measure();
	CHECK_NEAR(g.p, 1 / 200., 1e-12);
	CHECK(g.auc > 0.95);
	CHECK(g.coverage < 0.6);
	b[17 * D] = 50; /* one outlier */
	g = measure();
	CHECK_INT(g.far[0], 17);
	CHECK(g.far_by[0] > g.far_by[1] && g.n_far == TWO_SAMPLE_FAR);
}

/* a = {0, 1}, b = {2, 3}, spread sqrt(5)/2: energy distance (2 * 2 - 1/2 - 1/2) / spread = 3 /
 * spread. */
static void
energy_distance_matches_values_by_hand(void **state)
{
	const double x[] = { 0, 1 }, y[] = { 2, 3 };
	struct two_sample_rows r = { x, y, 2, 2, 1, NULL, NULL };
	struct two_sample g;

	(void)state;
	two_sample_measure(&r, 1, &g);
	CHECK_NEAR(g.energy, 3 / sqrt(1.25), 1e-12);
}

static void
psi_and_ks_match_values_by_hand(void **state)
{
	double x[10], y[10];

	(void)state;
	for (int i = 0; i < 10; i++) {
		x[i] = i;
		y[i] = i < 5 ? 0 : 9; /* half in the first decile, half in the last */
	}
	CHECK_NEAR(two_sample_psi(x, 10, x, 10), 0, 1e-12);
	CHECK_NEAR(two_sample_psi(x, 10, y, 10), 2 * 0.4 * log(5) + 8 * (1e-4 - 0.1) * log(1e-3),
		   1e-9);
	CHECK_NEAR(two_sample_ks(x, 10, x, 10), 0, 0);
	CHECK_NEAR(two_sample_ks(x, 10, y, 10), 0.4, 1e-12);
	CHECK_NEAR(two_sample_auc(x, 5, x + 5, 5), 1, 0);
	CHECK_NEAR(two_sample_auc(x, 10, x, 10), 0.5, 1e-12);
	CHECK_NEAR(two_sample_variation((double[]){ 0.5, 0.5 }, (double[]){ 0.9, 0.1 }, 2), 0.4,
		   1e-12);
}

static void
constant_rows_give_no_nan(void **state)
{
	struct two_sample g;

	(void)state;
	memset(a, 0, sizeof a);
	memset(b, 0, sizeof b);
	g = measure();
	CHECK(isfinite(g.energy) && isfinite(g.auc) && isfinite(g.coverage) &&
	      isfinite(g.far_by[0]));
	CHECK_NEAR(g.auc, 0.5, 0);
	CHECK_NEAR(g.coverage, 1, 0);
	CHECK_NEAR(g.p, 1, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(samples_of_one_distribution_do_not_differ),
		TEST(shifted_samples_differ),
		TEST(energy_distance_matches_values_by_hand),
		TEST(psi_and_ks_match_values_by_hand),
		TEST(constant_rows_give_no_nan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
