/* test_vmath.c: elementary functions against libm in a wider type; built for float and for double.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/vmath.h"

#define RUN 512
#define IS_FLOAT (sizeof(real) == sizeof(float))

typedef void map(const real *x, size_t n, real *out);
typedef long double wide;

static wide
sigmoid(wide x)
{
	return 1 / (1 + expl(-x));
}

static wide
gelu(wide x)
{
	return x / 2 * erfcl(-x * sqrtl(0.5L));
}

static wide
gelu_slope(wide x)
{
	return erfcl(-x * sqrtl(0.5L)) / 2 + x * expl(-x * x / 2) / sqrtl(2 * acosl(-1));
}

static wide
gelu_tanh(wide x)
{
	return x / 2 * (1 + tanhl(sqrtl(2 / acosl(-1)) * (x + 0.044715L * x * x * x)));
}

/* By central differences of the reference, independent of the tested formula. */
static wide
gelu_tanh_slope(wide x)
{
	const wide h = 1e-6L;

	return (gelu_tanh(x + h) - gelu_tanh(x - h)) / (2 * h);
}

static wide
silu(wide x)
{
	return x * sigmoid(x);
}

static wide
silu_slope(wide x)
{
	const wide h = 1e-6L;

	return (silu(x + h) - silu(x - h)) / (2 * h);
}

/* Tolerances: units in the last place (0: not checked), and relative to max(|x|, 1); for float and
 * for double. */
static const struct {
	const char *name;
	map *f;
	wide (*want)(wide x);
	bool is_slope; /* multiplies what is in `out` */
	double ulp, near, ulp64, near64;
} cases[] = {
	{ "exp", vmath_exp, expl, false, 2, HUGE_VAL, 1.5, HUGE_VAL },
	{ "expm1", vmath_expm1, expm1l, false, 2.5, HUGE_VAL, 1.5, HUGE_VAL },
	{ "log", vmath_log, logl, false, 1.5, HUGE_VAL, 1.5, HUGE_VAL },
	{ "log1p", vmath_log1p, log1pl, false, 2, HUGE_VAL, 1.5, HUGE_VAL },
	{ "tanh", vmath_tanh, tanhl, false, 2.5, 2e-7, 3, 1e-15 },
	{ "erf", vmath_erf, erfl, false, 3, 2e-7, 2, 1e-15 },
	{ "sigmoid", vmath_sigmoid, sigmoid, false, 0, 2e-7, 4, 1e-15 },
	{ "gelu", vmath_gelu, gelu, false, 0, 2e-7, 0, 1e-15 },
	{ "gelu_slope", vmath_gelu_slope, gelu_slope, true, 0, 3e-7, 0, 1e-15 },
	{ "gelu_tanh", vmath_gelu_tanh, gelu_tanh, false, 0, 2e-7, 0, 1e-15 },
	{ "gelu_tanh_slope", vmath_gelu_tanh_slope, gelu_tanh_slope, true, 0, 3e-7, 0, 1e-11 },
	{ "silu", vmath_silu, silu, false, 0, 2e-7, 0, 1e-15 },
	{ "silu_slope", vmath_silu_slope, silu_slope, true, 0, 3e-7, 0, 1e-11 },
};
#define CASES (sizeof cases / sizeof *cases)

/* A unit in the last place of a `real` near x. */
static wide
unit(wide x)
{
	int exponent, digits = IS_FLOAT ? 24 : 53, least = IS_FLOAT ? -149 : -1074;

	frexpl(x, &exponent);
	return ldexpl(1, exponent - digits < least ? least : exponent - digits);
}

static void
apply(size_t c, const real *x, size_t n, real *out)
{
	for (size_t i = 0; cases[c].is_slope && i < n; i++)
		out[i] = 1;
	cases[c].f(x, n, out);
}

static void
check_values(size_t c, const real *x, size_t n)
{
	double ulp = IS_FLOAT ? cases[c].ulp : cases[c].ulp64,
	       near = IS_FLOAT ? cases[c].near : cases[c].near64;
	real out[RUN];

	apply(c, x, n, out);
	for (size_t i = 0; i < n; i++) {
		wide want = cases[c].want(x[i]), size = fabsl(x[i]) > 1 ? fabsl(x[i]) : 1;

		if (isinf((real)want) && out[i] == (real)want)
			continue;
		if (!(fabsl(out[i] - want) <= near * size) ||
		    (ulp > 0 && !(fabsl(out[i] - want) <= ulp * unit(want))))
			fail_msg("%s(%.17g) is %.17g, expected %.17g", cases[c].name, x[i], out[i],
				 (double)want);
	}
}

/* Evenly spaced, and again with magnitudes from 1e-8 to 1e8. */
static void
values_are_those_of_libm(void **state)
{
	struct rng r = rng_stream(1, "vmath", 0, 0);

	(void)state;
	for (size_t c = 0; c < CASES; c++)
		for (uint64_t at = 0; at < 200 * RUN; at += RUN) {
			real x[RUN];

			for (size_t i = 0; i < RUN; i++) {
				double u = 2 * rng_unit(r, at + i) - 1;

				x[i] = (real)(at < 100 * RUN
						      ? 24 * u
						      : copysign(pow(10, 16 * fabs(u) - 8), u));
				if ((cases[c].f == vmath_exp || cases[c].f == vmath_expm1) &&
				    at >= 50 * RUN && at < 100 * RUN)
					x[i] = (real)(u * (IS_FLOAT ? 110 : 760));
				if (cases[c].f == vmath_log)
					x[i] = at < 50 * RUN ? (real)(1 + u / 8) : REAL_ABS(x[i]);
				if (cases[c].f == vmath_log1p && x[i] <= -1)
					x[i] = -1 / (2 - x[i]);
				if (cases[c].want == gelu_tanh_slope || cases[c].want == silu_slope)
					x[i] = fabs((double)x[i]) > 1000
						       ? 1000
						       : x[i]; /* makes the step exact */
			}
			check_values(c, x, RUN);
		}
}

/* Abramowitz and Stegun 1964, tables 4.4, 4.15, 7.1, 26.1; the rest from their definitions by hand.
 */
static void
values_are_those_of_tables(void **state)
{
	static const struct {
		map *f;
		double x, want;
	} known[] = {
		{ vmath_exp, 1, 2.718281828459045 },
		{ vmath_expm1, 1, 1.718281828459045 },
		{ vmath_log, 2, 0.69314718055994531 },
		{ vmath_log1p, 0.5, 0.40546510810816438 },
		{ vmath_tanh, 0.5, 0.46211715726000975 },
		{ vmath_erf, 1, 0.84270079294971487 },
		{ vmath_erf, 0.5, 0.52049987781304654 },
		{ vmath_sigmoid, 1, 0.7310585786300049 },
		{ vmath_gelu, -1, -0.15865525393145705 },
		{ vmath_silu, -1, -0.2689414213699951 },
		{ vmath_gelu_tanh, 1, 0.8411919906082768 },
	};
	const double near = IS_FLOAT ? 2e-7 : 5e-16;

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		real x = (real)known[i].x;

		known[i].f(&x, 1, &x);
		CHECK_NEAR(x, known[i].want, near * fmax(1, fabs(known[i].want)));
	}
}

static void
exp_overflows_to_infinity_and_underflows_to_nothing(void **state)
{
	const real high = IS_FLOAT ? (real)88.8 : 710, low = IS_FLOAT ? -104 : -746;
	const real denormal = IS_FLOAT ? -95 : -720;
	real x[] = { high, low, (real)INFINITY, -(real)INFINITY, denormal, 0, 1e30f, -1e30f };

	(void)state;
	vmath_exp(x, 8, x);
	CHECK(isinf(x[0]) && x[0] > 0);
	CHECK(x[1] == 0);
	CHECK(isinf(x[2]) && x[2] > 0);
	CHECK(x[3] == 0);
	CHECK(fabsl(x[4] - expl(denormal)) <= unit(expl(denormal)) && x[4] > 0);
	CHECK(x[5] == 1);
	CHECK(isinf(x[6]) && x[7] == 0);
}

static void
logarithms_of_zero_and_below(void **state)
{
	const real denormal = IS_FLOAT ? (real)1e-40 : 1e-310;
	real x[] = { 0, -1, denormal }, y[] = { -1, -2, (real)1e30 };

	(void)state;
	vmath_log(x, 3, x);
	vmath_log1p(y, 3, y);
	CHECK(isinf(x[0]) && x[0] < 0 && isnan(x[1]));
	CHECK(fabsl(x[2] - logl(denormal)) <= 1.5L * unit(logl(denormal)));
	CHECK(isinf(y[0]) && y[0] < 0 && isnan(y[1]));
	CHECK(fabsl(y[2] - logl((real)1e30)) <= 1.5L * unit(logl((real)1e30)));
}

static void
vector_functions_propagate_nan_and_infinity(void **state)
{
	(void)state;
	for (size_t c = 0; c < CASES; c++) {
		real x[] = { (real)NAN, -(real)NAN, (real)INFINITY }, out[3];
		bool grows = !strstr(cases[c].name, "slope") &&
			     !strstr("tanh erf sigmoid", cases[c].name);

		/* silu'(inf) is 1 + inf * 0 */
		apply(c, x, cases[c].want == silu_slope || cases[c].want == gelu_slope ? 2 : 3,
		      out);
		CHECK(isnan(out[0]) && isnan(out[1]));
		if (cases[c].want == silu_slope || cases[c].want == gelu_slope)
			continue;
		CHECK(grows ? isinf(out[2]) && out[2] > 0 : out[2] == 1);
	}
}

static void
tanh_and_erf_are_odd_to_the_bit(void **state)
{
	struct rng r = rng_stream(2, "vmath", 0, 0);
	real x[RUN], minus[RUN], up[RUN], down[RUN];

	(void)state;
	for (size_t i = 0; i < RUN; i++) {
		x[i] = (real)(6 * rng_unit(r, i));
		x[i] = i ? x[i] : 0;
		minus[i] = -x[i];
	}
	for (size_t c = 0; c < CASES; c++) {
		if (cases[c].f != vmath_tanh && cases[c].f != vmath_erf)
			continue;
		cases[c].f(x, RUN, up);
		cases[c].f(minus, RUN, down);
		for (size_t i = 0; i < RUN; i++)
			CHECK(up[i] == -down[i] && !signbit(up[i]) && signbit(down[i]));
	}
}

/* One at a time, in runs of any length and alignment, in place or not: the same bits, and no other
 * number written. */
static void
random_values_depend_on_their_index_only(void **state)
{
	struct rng r = rng_stream(3, "vmath", 0, 0);
	real x[80], one[80], out[80], in_place[80];

	(void)state;
	for (size_t i = 0; i < 80; i++)
		x[i] = (real)(5 * rng_normal(r, i));
	for (size_t c = 0; c < CASES; c++) {
		for (size_t i = 0; i < 80; i++)
			apply(c, x + i, 1, one + i);
		for (size_t from = 0; from < 5; from++)
			for (size_t n = 0; n < 70; n++) {
				memset(out, 0x5a, sizeof out);
				memcpy(in_place, x, sizeof x);
				apply(c, x + from, n, out + from);
				CHECK(memcmp(out + from, one + from, n * sizeof *out) == 0);
				memset(out + from, 0x5a, n * sizeof *out);
				for (size_t i = 0; i < sizeof out; i++)
					CHECK(((unsigned char *)out)[i] == 0x5a);
				if (cases[c].is_slope)
					continue;
				cases[c].f(in_place + from, n, in_place + from);
				CHECK(memcmp(in_place + from, one + from, n * sizeof *out) == 0);
				CHECK(memcmp(in_place + from + n, x + from + n,
					     (80 - from - n) * sizeof *out) == 0);
			}
	}
}

static void
slopes_multiply_the_gradient(void **state)
{
	const real x[] = { -0.3f, 0.9f, 2, -1.5f };
	real one[4], many[4];

	(void)state;
	for (size_t c = 0; c < CASES; c++) {
		if (!cases[c].is_slope)
			continue;
		apply(c, x, 4, one);
		for (size_t i = 0; i < 4; i++)
			many[i] = (real)i * 4;
		cases[c].f(x, 4, many);
		for (size_t i = 0; i < 4; i++)
			CHECK_NEAR(many[i], one[i] * (real)i * 4, 1e-6);
	}
}

/* The order of summation documented in the header. */
static real
in_lanes(const real *x, size_t n, size_t lanes)
{
	real lane[32] = { 0 };

	for (size_t i = 0; i < n; i++)
		lane[i % lanes] += x[i];
	for (size_t half = lanes / 2; half; half /= 2)
		for (size_t k = 0; k < half; k++)
			lane[k] += lane[k + half];
	return lane[0];
}

static void
sums_are_taken_in_lanes_from_any_place(void **state)
{
	struct rng r = rng_stream(4, "vmath", 0, 0);
	real x[300], terms[300], whole[300];

	(void)state;
	for (size_t i = 0; i < 300; i++) {
		x[i] = (real)rng_normal(r, i);
		whole[i] = (real)(int)(9 * x[i]);
	}
	for (size_t n = 0; n < 280; n++)
		for (size_t from = 0; from < 20; from += 7) {
			real sum, want = 0, shift = vmath_max(x + from, n);

			CHECK(vmath_sum(x + from, n) == in_lanes(x + from, n, 32));
			for (size_t i = 0; i < n; i++)
				want += whole[from + i] * whole[from + i];
			CHECK(vmath_dot(whole + from, whole + from, n) ==
			      want); /* whole numbers: no rounding */
			sum = vmath_exp_sum(x + from, n, shift, (real)0.5, terms);
			CHECK(sum == in_lanes(terms, n, 16));
			CHECK(sum == vmath_exp_sum(x + from, n, shift, (real)0.5, NULL));
			for (size_t i = 0; i < n; i++)
				CHECK_NEAR(terms[i], exp((x[from + i] - shift) * 0.5),
					   IS_FLOAT ? 2e-7 : 1e-15);
		}
}

static void
the_maximum_is_found_at_any_position(void **state)
{
	real x[100] = { 0 };

	(void)state;
	CHECK(isinf(vmath_max(x, 0)) && vmath_max(x, 0) < 0);
	for (size_t n = 1; n < 100; n++)
		for (size_t at = 0; at < n; at++) {
			for (size_t i = 0; i < n; i++)
				x[i] = -3 - (real)i;
			x[at] = -2;
			CHECK(vmath_max(x, n) == -2);
			x[(at + 1) % n] = (real)NAN;
			CHECK(n == 1 || vmath_max(x, n) == -2);
		}
}

static void
blas_name_tells_fused_multiply_add(void **state)
{
	const char *name = blas_name();
	size_t len = strlen(name);

	(void)state;
	CHECK(len > 4 && (strcmp(name + len - 4, " fma") == 0) == vmath_fuses());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_are_those_of_libm),
		TEST(values_are_those_of_tables),
		TEST(exp_overflows_to_infinity_and_underflows_to_nothing),
		TEST(logarithms_of_zero_and_below),
		TEST(vector_functions_propagate_nan_and_infinity),
		TEST(tanh_and_erf_are_odd_to_the_bit),
		TEST(random_values_depend_on_their_index_only),
		TEST(slopes_multiply_the_gradient),
		TEST(sums_are_taken_in_lanes_from_any_place),
		TEST(the_maximum_is_found_at_any_position),
		TEST(blas_name_tells_fused_multiply_add),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
