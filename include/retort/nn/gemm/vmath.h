/* Elementary functions, sums and products of arrays, fast where `real` is float. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_VMATH_H
#define RETORT_NN_GEMM_VMATH_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/real.h"

/*
 * Arrays have any length, 0 included, and any alignment. `out` is `x` or does not overlap it. Any
 * thread; nothing is allocated, nothing fails. NaN stays NaN.
 *
 * A result depends on its number alone, not on its position; a sum depends on the numbers and n
 * alone. Machines with AVX2 and with AVX-512 give the same bits; those without fused multiply-add
 * differ in the last places (see vmath_fuses).
 *
 * In double these are the functions of libm. In float they are polynomials. Largest errors,
 *measured over every 101st float, in units of the last place (ulp), absolute, or absolute over
 *max(|x|, 1); and time in nanoseconds a number on one thread in the first-level cache (AVX-512
 *at 2.6 GHz / AVX2 on the same machine / neither; erff of libm takes 9 there):
 *
 *	exp		1.01 ulp			0.21 / 0.36 / 0.9
 *	expm1		1.52 ulp			0.33 / 0.65 / 1.5
 *	log		0.90 ulp			0.42 / 0.68 / 1.5
 *	log1p		1.44 ulp			0.56 / 0.88 / 2.0
 *	tanh		1.85 ulp			0.31 / 0.50 / 1.4
 *	erf		2.3 ulp, 1.1e-7 absolute	0.36 / 0.64 / 1.9
 *	sigmoid		9e-8 absolute			0.25 / 0.40 / 1.1
 *	gelu		1.1e-7 over max(|x|, 1)		0.30 / 0.53 / 1.6
 *	gelu_slope	1.7e-7 absolute			0.33 / 0.56 / 1.7
 *	gelu_tanh	1.4e-7 over max(|x|, 1)		0.31 / 0.51 / 1.4
 *	gelu_tanh_slope	2.0e-7 absolute			0.48 / 0.95 / 2.2
 *	silu		1.4e-7 over max(|x|, 1)		0.26 / 0.44 / 1.1
 *	silu_slope	1.9e-7 absolute			0.30 / 0.48 / 1.3
 */

/* Over the whole range: infinite above 88.72, 0 below -103.97, denormal numbers between. */
void vmath_exp(const real *x, size_t n, real *out);

/* exp(x) - 1, log(x) and log(1 + x), the first and last accurate near 0 too; log(0) is minus
 * infinity, that of a negative number NaN. */
void vmath_expm1(const real *x, size_t n, real *out);
void vmath_log(const real *x, size_t n, real *out);
void vmath_log1p(const real *x, size_t n, real *out);

/* f(-x) is -f(x) to the bit. */
void vmath_tanh(const real *x, size_t n, real *out);
void vmath_erf(const real *x, size_t n, real *out);

/* 1 / (1 + exp(-x)); in float 0 below -87. */
void vmath_sigmoid(const real *x, size_t n, real *out);

/*
 * Activations, and dy -> dy f'(x) in place with dy of n numbers that do not overlap x.
 *	gelu		x Phi(x), Phi the normal distribution function (Hendrycks and Gimpel 2016)
 *	gelu_tanh	0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), their approximation of it
 *	silu		x sigmoid(x) (Hendrycks and Gimpel 2016)
 */
void vmath_gelu(const real *x, size_t n, real *out);
void vmath_gelu_slope(const real *x, size_t n, real *dy);
void vmath_gelu_tanh(const real *x, size_t n, real *out);
void vmath_gelu_tanh_slope(const real *x, size_t n, real *dy);
void vmath_silu(const real *x, size_t n, real *out);
void vmath_silu_slope(const real *x, size_t n, real *dy);

/* The largest number; minus infinity where n is 0. NaN is ignored. */
real vmath_max(const real *x, size_t n);

/* to += x; x *= factor; x = max(x, 0); and the backward pass of the last, which sets dy to 0 where
 * y is not above 0. Arrays do not overlap. */
void vmath_add(const real *x, size_t n, real *to);
void vmath_scale(real *x, size_t n, real factor);
void vmath_relu(real *x, size_t n);
void vmath_relu_slope(const real *y, size_t n, real *dy);

/* Sum and dot product in 32 lanes: number i is added to lane i mod 32, then the upper half of the
 * lanes to the lower, until one is left. */
real vmath_sum(const real *x, size_t n);
real vmath_dot(const real *x, const real *y, size_t n);

/*
 * The sum of exp((x - shift) beta), in 16 lanes as above; the terms go to `out` unless it is NULL.
 * With shift = vmath_max and beta = 1 / temperature it is what a softmax divides by.
 */
real vmath_exp_sum(const real *x, size_t n, real shift, real beta, real *out);

/* Whether this machine rounds a product and a sum once, together (fused multiply-add): results
 * depend on it to the bit. */
bool vmath_fuses(void);

#endif
