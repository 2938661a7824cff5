/* test_cka.c: centred kernel alignment against external values, and the best ascending assignment
 * against exhaustive search. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/kd/cka.h"
#include "retort/probe/cka/layer_cka.h"

static double
cka(const double *x, size_t x_width, const double *y, size_t y_width, size_t rows)
{
	double *a = calloc(cka_len(rows), sizeof *a), *b = calloc(cka_len(rows), sizeof *b),
	       *copy = calloc(rows * (x_width + y_width), sizeof *copy);
	double value;

	memcpy(copy, x, rows * x_width * sizeof *x);
	cka_gram(copy, rows, x_width, a);
	memcpy(copy, y, rows * y_width * sizeof *y);
	cka_gram(copy, rows, y_width, b);
	value = cka_of(a, b, rows);
	free(a);
	free(b);
	free(copy);
	return value;
}

static double
draw(uint64_t seed, size_t i)
{
	return (double)(rng_bits(rng_stream(seed, "test", 0, 0), i) >> 11) / 0x1p53 - 0.5;
}

/* By the other formula, products of columns: |X'Y|^2 / (|X'X| |Y'Y|). */
static double
by_columns(const double *x, size_t p, const double *y, size_t q, size_t rows)
{
	double sum = 0;

	for (size_t i = 0; i < p; i++)
		for (size_t k = 0; k < q; k++) {
			double mx = 0, my = 0, dot = 0;

			for (size_t r = 0; r < rows; r++) {
				mx += x[r * p + i] / (double)rows;
				my += y[r * q + k] / (double)rows;
			}
			for (size_t r = 0; r < rows; r++)
				dot += (x[r * p + i] - mx) * (y[r * q + k] - my);
			sum += dot * dot;
		}
	return sum;
}

static void
value_matches_the_formula(void **state)
{
	enum { ROWS = 37, P = 11, Q = 5 };
	double x[ROWS * P], y[ROWS * Q];

	(void)state;
	for (size_t i = 0; i < ROWS * P; i++)
		x[i] = 3 + draw(1, i);
	for (size_t i = 0; i < ROWS * Q; i++)
		y[i] = draw(2, i) + x[i / Q * P + i % Q];
	CHECK_NEAR(cka(x, P, y, Q, ROWS),
		   by_columns(x, P, y, Q, ROWS) /
			   sqrt(by_columns(x, P, x, P, ROWS) * by_columns(y, Q, y, Q, ROWS)),
		   1e-12);
}

static void
cka_has_its_golden_value(void **state)
{
	static const double s[] = { 1.0, 0.5, -0.3, 0.8, 0.2, -1.1 };
	static const double t[] = { 0.9, 0.1, -0.4, -0.2, 1.0, 0.6, 0.5, -0.9, 0.3 };

	(void)state;
	CHECK_NEAR(cka(s, 2, t, 3, 3), .872332372889, 1e-9);
}

static void
cka_is_invariant_to_rotation_scale_and_shift(void **state)
{
	enum { ROWS = 20 };
	double x[ROWS * 2], y[ROWS * 2], flat[ROWS * 2];

	(void)state;
	for (size_t r = 0; r < ROWS; r++) {
		double a = x[2 * r] = draw(3, r), b = x[2 * r + 1] = draw(4, r);

		y[2 * r] = 7 + 2 * (0.6 * a - 0.8 * b);
		y[2 * r + 1] = -3 + 2 * (0.8 * a + 0.6 * b);
		flat[2 * r] = 1;
		flat[2 * r + 1] = 2;
	}
	CHECK_NEAR(cka(x, 2, x, 2, ROWS), 1, 1e-12);
	CHECK_NEAR(cka(x, 2, y, 2, ROWS), 1, 1e-12);
	CHECK(cka(x, 2, flat, 2, ROWS) == 0);
	CHECK(cka(flat, 2, flat, 2, 1) == 0);
}

/* Try every ascending choice. */
static double
best_of(const double *value, int rows, int columns, int column, int from)
{
	double best = column == columns ? 0 : -INFINITY;

	for (int r = from; r < rows && column < columns; r++)
		if (!isnan(value[r * columns + column]))
			best = fmax(best, value[r * columns + column] +
						  best_of(value, rows, columns, column + 1, r + 1));
	return best;
}

static void
assignments_are_optimal(void **state)
{
	(void)state;
	for (uint64_t n = 0; n < 500; n++) {
		int rows = 1 + (int)(n % 7), columns = 1 + (int)(n / 7 % 4), row[MODEL_LAYERS];
		double value[28], best, sum = 0;

		for (int i = 0; i < rows * columns; i++)
			value[i] = draw(100 + n, (size_t)i) > 0.4 ? NAN : draw(1000 + n, (size_t)i);
		best = best_of(value, rows, columns, 0, 0);
		CHECK_INT(layer_cka_assign(value, rows, columns, row), isfinite(best));
		for (int c = 0; c < columns && isfinite(best); c++) {
			CHECK(row[c] >= 0 && row[c] < rows && (c == 0 || row[c] > row[c - 1]));
			sum += value[row[c] * columns + c];
		}
		if (isfinite(best))
			CHECK_NEAR(sum, best, 1e-12);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(value_matches_the_formula),
		TEST(cka_has_its_golden_value),
		TEST(cka_is_invariant_to_rotation_scale_and_shift),
		TEST(assignments_are_optimal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
