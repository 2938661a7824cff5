/* vmath.c: elementary functions in plain loops that the compiler makes vectors of. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/vmath.h"

#include <stdint.h>
#include <string.h>

#include "retort/base/multi.h"

/*
 * Numbers are worked on in blocks of 16, into a local array, the last block filled up:
 * - every number goes through the same vector code, so what comes out is a function of it alone,
 *   not of its place in the run or of the run's length;
 * - whether `out` is `x` is no question for the compiler, which would take the slow way if it were.
 * Both sides of every choice are computed, and the choice itself has no side effect: only then
 * is a loop made into vectors.
 */
#define BLOCK 16
#define LANES 32 /* of a sum: two of the widest vectors, so that additions overlap */

#ifdef RETORT_REAL_DOUBLE

static MULTI_INLINE real
exp_of(real x)
{
	return exp(x);
}

static MULTI_INLINE real
expm1_of(real x)
{
	return expm1(x);
}

static MULTI_INLINE real
log_of(real x)
{
	return log(x);
}

static MULTI_INLINE real
log1p_of(real x)
{
	return log1p(x);
}

static MULTI_INLINE real
tanh_of(real x)
{
	return tanh(x);
}

static MULTI_INLINE real
erf_of(real x)
{
	return erf(x);
}

static MULTI_INLINE real
exp_down(real x)
{
	return exp(x);
}

static MULTI_INLINE real
gelu_of(real x)
{
	return x * 0.5 * erfc(-x * 0.70710678118654752440);
}

static MULTI_INLINE real
gelu_slope_of(real x)
{
	return 0.5 * erfc(-x * 0.70710678118654752440) +
	       x * 0.39894228040143267794 * exp(-0.5 * x * x);
}

#else

static MULTI_INLINE float
float_of_bits(uint32_t bits)
{
	float f;

	memcpy(&f, &bits, sizeof f);
	return f;
}

static MULTI_INLINE uint32_t
bits_of_float(float f)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof bits);
	return bits;
}

/* 2^k; something, but without overflow, for the k of what is not a number. */
static MULTI_INLINE float
power_of_two(int32_t k)
{
	return float_of_bits((uint32_t)(k + 127) << 23);
}

/*
 * x = k ln 2 + r with |r| <= ln 2 / 2; adding 1.5 * 2^23 leaves k in the low bits of `t`. All
 * polynomials here are minimax ones (Remez 1934), computed for this file.
 */
static MULTI_INLINE float
exp_reduced_less_1(float x, int32_t *k)
{
	const float shifter = 12582912.0f;
	float t = x * 1.44269504f + shifter, n = t - shifter, r, p;

	*k = (int32_t)(bits_of_float(t) - 0x4b400000u);
	r = (x - n * 0.693359375f) - n * -2.12194440e-4f; /* the first product is exact */
	p = 0.00138143209f;
	p = p * r + 0.00836885106f;
	p = p * r + 0.0416684011f;
	p = p * r + 0.166665195f;
	p = p * r + 0.499999934f;
	return (r * r) * p + r;
}

static MULTI_INLINE float
exp_reduced(float x, int32_t *k)
{
	return exp_reduced_less_1(x, k) + 1;
}

/* Scaled in two steps, so that results below the least normal number are rounded once. */
static MULTI_INLINE float
exp_of(float x)
{
	float p;
	int32_t k, half;

	x = x < -105 ? -105 : x;
	x = x > 89 ? 89 : x;
	p = exp_reduced(x, &k);
	half = k >> 1;
	return p * power_of_two(half) * power_of_two(k - half);
}

/* For x <= 0, and 0 below the least normal number: one step does. */
static MULTI_INLINE float
exp_down(float x)
{
	int32_t k;
	float p = exp_reduced(x < -87 ? -87 : x, &k);

	return x < -87 ? 0 : p * power_of_two(k);
}

/* 2^k e^r - 1: for k = 0 nothing is taken off, for others little cancels. From 88 on e^x, which has
 * no room for the 1. */
static MULTI_INLINE float
expm1_of(float x)
{
	int32_t k;
	float less = exp_reduced_less_1(x < -87  ? -87
					: x > 88 ? 88
						 : x,
					&k),
	      scale = power_of_two(k);

	return x > 88 ? exp_of(x) : scale * less + (scale - 1);
}

/*
 * x = 2^k (1 + f) with 1 + f from sqrt(1/2) to sqrt(2). With s = f / (2 + f), log(1 + f) = 2
 * atanh(s) = f - s (f - R), R what the series of 2 atanh(s) / s has beyond its first term: the part
 * that is rounded is small beside f. Denormal numbers are made larger first.
 */
static MULTI_INLINE float
log_of(float x)
{
	const float least = 1.17549435e-38f, most = 3.40282347e38f;
	uint32_t bits = bits_of_float(x < least ? x * 8388608.0f : x);
	int32_t k = (int32_t)(bits - 0x3f3504f3u) >> 23;
	float f = float_of_bits(bits - ((uint32_t)k << 23)) - 1, s = f / (2 + f), z = s * s, r,
	      scale, near;

	scale = (float)(x < least ? k - 23 : k);
	r = z * (0.666666667f + z * (0.4f + z * (0.285714286f + z * 0.222222222f)));
	near = scale * 0.693359375f - ((s * (f - r) - scale * -2.12194440e-4f) - f);
	near = x > most ? x : near;
	near = x == 0 ? -INFINITY : near;
	return x >= 0 ? near : NAN;
}

/* What 1 + x lost in rounding comes back over 1 + x. */
static MULTI_INLINE float
log1p_of(float x)
{
	float u = 1 + x, lost = x > 1 ? 1 - (u - x) : x - (u - 1);

	return log_of(u) + (u > 0 && u < 1e10f ? lost / u : 0);
}

/* Near 0 a series; elsewhere (1 - e) / (1 + e) with e = exp(-2|x|). */
static MULTI_INLINE float
tanh_of(float x)
{
	float s = REAL_ABS(x), u = x * x, e = exp_down(-2 * s), far = (1 - e) / (1 + e), p;

	p = 0.0156126339f;
	p = p * u - 0.0522118076f;
	p = p * u + 0.133131167f;
	p = p * u - 0.333325975f;
	p = p * u * s + s;
	return copysignf(s < 0.6f ? p : far, x);
}

/*
 * Phi(-s) exp(s^2 / 2) for s >= 0, where Phi is the normal distribution function: Mills' ratio over
 * sqrt(2 pi). The polynomial is the one whose error times exp(-s^2 / 2) is least on 0..6; it is
 * held from 5 on, since it is wrong by a twentieth there and soon by more than what is left of Phi.
 */
static MULTI_INLINE float
mills(float s)
{
	float p = -3.1553844017e-7f;

	p = p * s + 7.7086909341e-6f;
	p = p * s - 8.47702846208e-5f;
	p = p * s + 0.000563649590248f;
	p = p * s - 0.00259008193712f;
	p = p * s + 0.00900383334276f;
	p = p * s - 0.0254718025205f;
	p = p * s + 0.0619239224707f;
	p = p * s - 0.132805782714f;
	p = p * s + 0.249972572f;
	p = p * s - 0.39894060215f;
	return p * s + 0.499999983039f;
}

/* Near 0 a series; elsewhere 1 - 2 Phi(-s), s = sqrt(2) |x|. */
static MULTI_INLINE float
erf_of(float x)
{
	float a = REAL_ABS(x), u = x * x, s = a * 1.41421356f, p, far;

	far = 1 - 2 * (exp_down(-u) * mills(s > 5 ? 5 : s));
	p = -0.000563143684346f;
	p = p * u + 0.00491755630442f;
	p = p * u - 0.0267113169984f;
	p = p * u + 0.112801803787f;
	p = p * u - 0.376123262262f;
	p = p * u + 1.1283791225f;
	return copysignf(a < 1 ? p * a : far, x);
}

static MULTI_INLINE float
gelu_of(float x)
{
	float s = REAL_ABS(x), tail = exp_down(-0.5f * x * x) * mills(s > 5 ? 5 : s);

	return x * (x < 0 ? tail : 1 - tail);
}

/* gelu'(-s) = Phi(-s) - s phi(s), and gelu'(s) = 1 - gelu'(-s). */
static MULTI_INLINE float
gelu_slope_of(float x)
{
	float s = REAL_ABS(x), held = s > 5 ? 5 : s;
	float tail = exp_down(-0.5f * x * x) * (mills(held) - held * 0.398942280f);

	return x < 0 ? tail : 1 - tail;
}

#endif

/* The logistic function; `both` becomes s (1 - s), without cancellation. */
static MULTI_INLINE real
logistic(real x, real *both)
{
	real e = exp_down(-REAL_ABS(x)), r = 1 / (1 + e);

	*both = e * r * r;
	return x < 0 ? e * r : r;
}

static MULTI_INLINE real
sigmoid_of(real x)
{
	real both;

	return logistic(x, &both);
}

static MULTI_INLINE real
silu_of(real x)
{
	return x * sigmoid_of(x);
}

static MULTI_INLINE real
silu_slope_of(real x)
{
	real both, s = logistic(x, &both);

	return s + x * both;
}

/* 0.5 x (1 + tanh u) is x sigmoid(2 u); 2 u = x (c + c 0.044715 x^2) with c = 2 sqrt(2 / pi). */
#define TWICE_ROOT (real)1.5957691216057307117
#define TWICE_CUBE (real)0.071354816272600253

static MULTI_INLINE real
gelu_tanh_of(real x)
{
	return x * sigmoid_of(x * (TWICE_ROOT + TWICE_CUBE * x * x));
}

/* Held within +-30, where the slope is 0 or 1 and x cubed is still a number. */
static MULTI_INLINE real
gelu_tanh_slope_of(real x)
{
	real s, u, both;

	x = x < -30 ? -30 : x;
	x = x > 30 ? 30 : x;
	u = x * x;
	s = logistic(x * (TWICE_ROOT + TWICE_CUBE * u), &both);
	return s + x * both * (TWICE_ROOT + 3 * TWICE_CUBE * u);
}

/* clang-format off */
#define MAP(f)                                                          \
	MULTIVERSION void                                               \
	vmath_##f(const real *x, size_t n, real *out)                   \
	{                                                               \
		real a[BLOCK] = { 0 };                                  \
		size_t i = 0;                                           \
                                                                        \
		for (; i + BLOCK <= n; i += BLOCK) {                    \
			for (size_t k = 0; k < BLOCK; k++)              \
				a[k] = f##_of(x[i + k]);                \
			for (size_t k = 0; k < BLOCK; k++)              \
				out[i + k] = a[k];                      \
		}                                                       \
		if (i == n)                                             \
			return;                                         \
		memcpy(a, x + i, (n - i) * sizeof *a);                  \
		for (size_t k = 0; k < BLOCK; k++)                      \
			a[k] = f##_of(a[k]);                            \
		memcpy(out + i, a, (n - i) * sizeof *a);                \
	}
#define MAP_SLOPE(f)                                                    \
	MULTIVERSION void                                               \
	vmath_##f(const real *x, size_t n, real *dy)                    \
	{                                                               \
		real a[BLOCK] = { 0 };                                  \
		size_t i = 0;                                           \
                                                                        \
		for (; i + BLOCK <= n; i += BLOCK) {                    \
			for (size_t k = 0; k < BLOCK; k++)              \
				a[k] = dy[i + k] * f##_of(x[i + k]);    \
			for (size_t k = 0; k < BLOCK; k++)              \
				dy[i + k] = a[k];                       \
		}                                                       \
		if (i == n)                                             \
			return;                                         \
		memcpy(a, x + i, (n - i) * sizeof *a);                  \
		for (size_t k = 0; k < BLOCK; k++)                      \
			a[k] = f##_of(a[k]);                            \
		for (size_t k = 0; i + k < n; k++)                      \
			dy[i + k] *= a[k];                              \
	}
/* clang-format on */

MAP(exp)
MAP(expm1)
MAP(log)
MAP(log1p)
MAP(tanh)
MAP(erf)
MAP(sigmoid)
MAP(gelu)
MAP(gelu_tanh)
MAP(silu)
MAP_SLOPE(gelu_slope)
MAP_SLOPE(gelu_tanh_slope)
MAP_SLOPE(silu_slope)

/* The upper half is added to the lower until one is left: an order that no width of vectors
 * changes. */
static MULTI_INLINE real
fold(real *lane, size_t n)
{
	for (size_t half = n / 2; half > 0; half /= 2)
		for (size_t k = 0; k < half; k++)
			lane[k] += lane[k + half];
	return lane[0];
}

MULTIVERSION real
vmath_max(const real *x, size_t n)
{
	real lane[LANES], most;
	size_t i = 0;

	for (size_t k = 0; k < LANES; k++)
		lane[k] = -(real)INFINITY;
	for (; i + LANES <= n; i += LANES)
		for (size_t k = 0; k < LANES; k++)
			lane[k] = x[i + k] > lane[k] ? x[i + k] : lane[k];
	for (size_t k = 0; i < n; i++, k++)
		lane[k] = x[i] > lane[k] ? x[i] : lane[k];
	most = lane[0];
	for (size_t k = 1; k < LANES; k++)
		most = lane[k] > most ? lane[k] : most;
	return most;
}

MULTIVERSION real
vmath_sum(const real *x, size_t n)
{
	real lane[LANES] = { 0 };
	size_t i = 0;

	for (; i + LANES <= n; i += LANES)
		for (size_t k = 0; k < LANES; k++)
			lane[k] += x[i + k];
	for (size_t k = 0; i < n; i++, k++)
		lane[k] += x[i];
	return fold(lane, LANES);
}

MULTIVERSION real
vmath_dot(const real *x, const real *y, size_t n)
{
	real lane[LANES] = { 0 };
	size_t i = 0;

	for (; i + LANES <= n; i += LANES)
		for (size_t k = 0; k < LANES; k++)
			lane[k] += x[i + k] * y[i + k];
	for (size_t k = 0; i < n; i++, k++)
		lane[k] += x[i] * y[i];
	return fold(lane, LANES);
}

MULTIVERSION real
vmath_exp_sum(const real *x, size_t n, real shift, real beta, real *out)
{
	real a[BLOCK] = { 0 }, lane[BLOCK] = { 0 };
	size_t i = 0;

	for (; i + BLOCK <= n; i += BLOCK) {
		for (size_t k = 0; k < BLOCK; k++) {
			a[k] = exp_of((x[i + k] - shift) * beta);
			lane[k] += a[k];
		}
		for (size_t k = 0; out && k < BLOCK; k++)
			out[i + k] = a[k];
	}
	if (i < n) {
		memcpy(a, x + i, (n - i) * sizeof *a);
		for (size_t k = 0; k < BLOCK; k++)
			a[k] = exp_of((a[k] - shift) * beta);
		for (size_t k = 0; i + k < n; k++)
			lane[k] += a[k];
		if (out)
			memcpy(out + i, a, (n - i) * sizeof *a);
	}
	return fold(lane, BLOCK);
}

MULTIVERSION void
vmath_add(const real *restrict x, size_t n, real *restrict to)
{
	for (size_t i = 0; i < n; i++)
		to[i] += x[i];
}

MULTIVERSION void
vmath_scale(real *x, size_t n, real factor)
{
	for (size_t i = 0; i < n; i++)
		x[i] *= factor;
}

MULTIVERSION void
vmath_relu(real *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = x[i] > 0 ? x[i] : 0;
}

MULTIVERSION void
vmath_relu_slope(const real *restrict y, size_t n, real *restrict dy)
{
	for (size_t i = 0; i < n; i++)
		dy[i] = y[i] > 0 ? dy[i] : 0;
}

MULTIVERSION bool
vmath_fuses(void)
{
	const real step = sizeof(real) == sizeof(float) ? (real)0x1p-13 : (real)0x1p-30;
	volatile real hidden = 1 + step; /* from the compiler, which would work it out beforehand */
	real x = hidden;

	return x * x - (1 + 2 * step) != 0; /* step squared, unless the product was rounded */
}
