/* test_layers_bad.c: losses on layers with rows that give no information, and with hostile numbers.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "layerrig.h"

#include <stdio.h>

static void
run_finite(const struct loss *l, struct loss_args *a)
{
	double value = layerrig_run(l, a);

	if (!isfinite(value) || fabs(value) > 1e4)
		fail_msg("%s: %g", l->name, value);
	for (size_t i = 0; i < LAYERRIG_ROOM; i++)
		if (!(fabs((double)layerrig.dx[i]) < 1e4 &&
		      fabs((double)layerrig.grad_factor[i]) < 1e4 &&
		      fabs((double)layerrig.d_before[i]) < 1e4))
			fail_msg("%s: gradient %zu is %g, %g, %g", l->name, i,
				 (double)layerrig.dx[i], (double)layerrig.grad_factor[i],
				 (double)layerrig.d_before[i]);
}

/* Degenerate rows: all equal in one or both networks; zeros in one or both; student equal to
 * teacher; a number whose mean is not exact in float. */
static void
rows_without_information_give_no_nan(void **state)
{
	(void)state;
	for (size_t k = 0; k < loss_table_count; k++)
		for (unsigned how = 0; how < 16; how++) {
			const struct loss *l = loss_table[k];
			struct loss_args a;
			real v = (real)(how & 4 ? 0 : 0.1);

			if (!loss_on_layers(l))
				continue;
			a = layerrig_call(l, 7, 4, 3, 3, how);
			for (size_t i = 0; how & 1 && i < a.rows * a.width; i++)
				layerrig.x[i] = v * (real)(i % a.width);
			for (size_t i = 0; how & 2 && i < a.rows * a.t_width; i++)
				layerrig.target[i] = v * (real)(i % a.t_width);
			if (how & 8)
				memcpy(layerrig.x, layerrig.target,
				       a.rows * a.t_width * sizeof *layerrig.x);
			run_finite(l, &a);
		}
}

/* Constant, opposite to the previous row, nearly constant, tiny, large; 6: random. */
static void
spoil(real *f, size_t rows, size_t width, unsigned how)
{
	for (size_t i = 0; i < rows; i++)
		for (size_t k = 0; k < width; k++) {
			real *at = f + i * width + k, first = f[k];

			*at = how == 0   ? 1
			      : how == 1 ? (i % 2 ? -f[k] : first)
			      : how == 2 ? first * (1 + (real)i * (real)1.2e-7)
			      : how == 3 ? *at * (real)1e-22
			      : how == 4 ? *at * (real)1e4
			      : how == 5 ? (k ? 0 : *at)
					 : *at;
		}
}

/* Magnitude of gradients is not checked here: for a vector of tiny norm they are large. */
static void
check_numbers(const struct loss *l, struct loss_args *a, const char *what)
{
	double value = layerrig_run(l, a);

	if (!isfinite(value))
		fail_msg("%s, %s: %g", l->name, what, value);
	for (size_t i = 0; i < LAYERRIG_ROOM; i++)
		if (!isfinite(layerrig.dx[i]) || !isfinite(layerrig.grad_factor[i]) ||
		    !isfinite(layerrig.d_before[i]) || !isfinite(layerrig.own_grad[0][i]))
			fail_msg("%s, %s: gradient %zu is %g, %g, %g, %g", l->name, what, i,
				 (double)layerrig.dx[i], (double)layerrig.grad_factor[i],
				 (double)layerrig.d_before[i], (double)layerrig.own_grad[0][i]);
}

static void
hostile_numbers_give_no_nan(void **state)
{
	char what[64];

	(void)state;
	for (size_t k = LOSS_OUTPUTS; k < loss_table_count; k++)
		for (unsigned how = 0; how < 7 * 7 * 4; how++) {
			const struct loss *l = loss_table[k];
			struct loss_args a = layerrig_call(l, how / 49 % 2 ? 7 : 1,
							   how / 98 ? 4 : 1, 40, 40, how);

			snprintf(what, sizeof what, "%u and %u, %zu rows of %zu", how % 7,
				 how / 7 % 7, a.rows, a.positions);
			spoil(layerrig.x, a.rows, a.width, how % 7);
			spoil(layerrig.target, a.rows, a.t_width, how / 7 % 7);
			a.scale = how % 2 ? 1 : 1e6;
			check_numbers(l, &a, what);
		}
}

/* Rounding in float can give a cosine below -1. */
static void
opposite_rows_give_no_nan(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 300; seed++) {
		struct loss_args a = layerrig_call(&loss_pkt, 2 + seed % 3, 1, 64, 64, seed);

		for (size_t i = 0; i < a.rows * a.width; i++)
			layerrig.x[i] =
				i < a.width ? 100 * layerrig.x[i] : -layerrig.x[i - a.width];
		check_numbers(&loss_pkt, &a, "opposite");
	}
}

static void
fewer_than_two_rows_have_no_relation(void **state)
{
	static const struct loss *const relations[] = { &loss_sp, &loss_rkd_distance,
							&loss_rkd_angle, &loss_pkt, &loss_cka };

	(void)state;
	for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
		struct loss_args a = layerrig_call(relations[i], 1, 1, 2, 3, 1);

		a.dx = layerrig.dx;
		memset(layerrig.dx, 0, sizeof layerrig.dx);
		CHECK_NEAR(relations[i]->run(&a), 0, 0);
		a = layerrig_call(relations[i], 3, 1, 2, 3, 1);
		a.dx = layerrig.dx;
		layerrig.weight[0] = layerrig.weight[2] = 0;
		CHECK_NEAR(relations[i]->run(&a), 0, 0);
		for (int k = 0; k < 6; k++)
			CHECK_NEAR(layerrig.dx[k], 0, 0);
	}
}

/* A row of weight 0 has no effect. */
static void
rows_of_weight_zero_are_skipped(void **state)
{
	(void)state;
	for (size_t k = 0; k < loss_table_count; k++) {
		const struct loss *l = loss_table[k];
		struct loss_args a;
		double want;

		if (!(l->needs & LOSS_BATCH) || !(l->needs & LOSS_LAYER) || l == &loss_crd)
			continue;
		a = layerrig_call(l, 4, 4, 3, 3, 5);
		layerrig.weight[3] = 0;
		for (int i = 0; i < 3; i++)
			layerrig.weight[i] = (real)(1 / 3.);
		want = l->run(&a);
		a.rows = 3;
		CHECK_NEAR(l->run(&a), want, LAYERRIG_NEAR);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_without_information_give_no_nan),
		TEST(hostile_numbers_give_no_nan),
		TEST(opposite_rows_give_no_nan),
		TEST(fewer_than_two_rows_have_no_relation),
		TEST(rows_of_weight_zero_are_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
