/* Elementary functions, sums and products over runs of numbers, fast where `real` is float. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_VMATH_H
#define RETORT_NN_GEMM_VMATH_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/real.h"

/*
 * Runs are of any length, 0 too, and aligned or not. `out` is `x` or does not overlap it. Any
 * thread; nothing is allocated, nothing fails. What is not a number stays so.
 *
 * What comes out for a number depends on it alone, not on its place in the run; a sum depends on
 * the numbers and n alone. Machines with AVX2 and with AVX-512 give the same bits; those without
 * fused multiply-add differ from them in the last places (see vmath_fuses).
 *
 * In double these are the functions of libm. In float they are polynomials; the largest errors
 * measured over every 101st float, in units of the last place (ulp), absolute, or absolute over
 * max(|x|, 1), and nanoseconds a number on one thread in the first-level cache (AVX-512 at
 * 2.6 GHz / AVX2 on the same machine / neither; libm's erff takes 9 there):
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

/* exp(x) - 1 and log(1 + x), to the last digits near 0 too; log(0) is minus infinity, and of what
 * is below 0 no number. */
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

/* The largest; minus infinity of none. What is not a number is passed over. */
real vmath_max(const real *x, size_t n);

/* to += x; x *= factor; and relu, max(x, 0), with its slope: dy stays where y is above 0. Runs that
 * do not overlap. */
void vmath_add(const real *x, size_t n, real *to);
void vmath_scale(real *x, size_t n, real factor);
void vmath_relu(real *x, size_t n);
void vmath_relu_slope(const real *y, size_t n, real *dy);

/* In 32 lanes, number i into lane i mod 32, then the upper half of the lanes onto the lower, and so
 * on. */
real vmath_sum(const real *x, size_t n);
real vmath_dot(const real *x, const real *y, size_t n);

/*
 * The sum of exp((x - shift) beta), in 16 lanes as above; the terms go to `out` unless it is NULL.
 * With shift = vmath_max and beta = 1 / temperature it is what a softmax divides by.
 */
real vmath_exp_sum(const real *x, size_t n, real shift, real beta, real *out);

/* Products and sums are rounded once together in the version this machine takes: bits depend on it.
 */
bool vmath_fuses(void);

#endif
