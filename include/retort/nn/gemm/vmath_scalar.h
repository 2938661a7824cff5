/* Elementary functions of one number, inlined into the loops of vmath.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_VMATH_SCALAR_H
#define RETORT_NN_GEMM_VMATH_SCALAR_H

#include <stdint.h>
#include <string.h>

#include "retort/base/multi.h"
#include "retort/base/real.h"

/*
 * Names are those of vmath.h with _of after them. In double they call libm. In float both sides of
 * every choice are computed, and the choice has no side effect: only then does the compiler turn
 * the loop around it into vector code.
 */

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

/* 2^k; for the k of a NaN any number, without overflow. */
static MULTI_INLINE float
power_of_two(int32_t k)
{
	return float_of_bits((uint32_t)(k + 127) << 23);
}

/*
 * e^r - 1 for x = k ln 2 + r with |r| <= ln 2 / 2; adding 1.5 * 2^23 leaves k in the low bits of
 * `t`. All polynomials here are minimax polynomials (Remez 1934), computed for this file.
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

/* Scale in two steps, so that results below the least normal number are rounded once. */
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

/* For x <= 0; 0 below the least normal number, so that one step of scaling is enough. */
static MULTI_INLINE float
exp_down(float x)
{
	int32_t k;
	float p = exp_reduced(x < -87 ? -87 : x, &k);

	return x < -87 ? 0 : p * power_of_two(k);
}

/* 2^k e^r - 1: for k = 0 there is no subtraction, for others little cancels. From 88 on e^x, in
 * which the 1 is lost. */
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
 * atanh(s) = f - s (f - R), R being the series of 2 atanh(s) / s without its first term: the
 * rounded part is small compared with f. Denormal numbers are scaled up first.
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

/* log(1 + x), corrected by the rounding error of 1 + x divided by 1 + x. */
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
 * sqrt(2 pi). The polynomial minimizes the error times exp(-s^2 / 2) on 0..6. Callers clamp s to 5,
 * where it is wrong by a twentieth; beyond, the error soon exceeds what is left of Phi.
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

/* The logistic function s of x; *both is set to s (1 - s), computed without cancellation. */
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

/* x is clamped to +-30, where the slope is 0 or 1 and the cube of x does not overflow. */
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

#endif
