/* vmath.c: elementary functions in plain loops that the compiler vectorizes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/vmath.h"

#include <string.h>

#include "retort/base/multi.h"
#include "retort/nn/gemm/vmath_scalar.h"

/*
 * Numbers are processed in blocks of 16, into a local array, the last block padded:
 * - every number goes through the same vector code, so a result depends on its number alone, not on
 *   its position in the array or the length of it;
 * - the compiler need not know whether `out` is `x`, for which it would add a slow path.
 */
#define BLOCK 16
#define LANES 32 /* in a sum: two of the widest vectors, so that additions overlap */

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

/* Add the upper half of the lanes to the lower until one is left: an order that does not depend on
 * the width of vectors. */
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
	volatile real hidden =
		1 + step; /* from the compiler, which would compute the result at build time */
	real x = hidden;

	return x * x - (1 + 2 * step) != 0; /* step squared, unless the product was rounded */
}
