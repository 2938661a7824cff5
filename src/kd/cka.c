/* cka.c: centred kernel alignment of two layers, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/cka.h"

#include <math.h>

#include "retort/base/multi.h"

static void
centre(double *x, size_t rows, size_t width)
{
	for (size_t j = 0; j < width; j++) {
		double mean = 0;

		for (size_t i = 0; i < rows; i++)
			mean += x[i * width + j];
		mean /= (double)rows;
		for (size_t i = 0; i < rows; i++)
			x[i * width + j] -= mean;
	}
}

/* Eight partial sums, so that the compiler vectorises in a fixed order. */
static MULTI_INLINE double
dot(const double *a, const double *b, size_t n)
{
	double part[8] = { 0 }, sum = 0;
	size_t i = 0;

	for (; i + 8 <= n; i += 8)
		for (size_t k = 0; k < 8; k++)
			part[k] += a[i + k] * b[i + k];
	for (; i < n; i++)
		sum += a[i] * b[i];
	for (size_t k = 0; k < 8; k++)
		sum += part[k];
	return sum;
}

MULTIVERSION void
cka_gram(double *x, size_t rows, size_t width, double *gram)
{
	centre(x, rows, width);
	for (size_t i = 0; i < rows; i++)
		for (size_t k = 0; k <= i; k++)
			*gram++ = dot(x + i * width, x + k * width, width);
}

/* Sum over all pairs of rows; pairs of different rows count twice. */
static double
inner(const double *a, const double *b, size_t rows)
{
	double sum = 0;

	for (size_t i = 0; i < rows; a += i + 1, b += i + 1, i++) {
		double row = 0;

		for (size_t k = 0; k < i; k++)
			row += a[k] * b[k];
		sum += 2 * row + a[i] * b[i];
	}
	return sum;
}

double
cka_of(const double *a, const double *b, size_t rows)
{
	double aa = inner(a, a, rows), bb = inner(b, b, rows);

	return aa > 0 && bb > 0 ? inner(a, b, rows) / (sqrt(aa) * sqrt(bb)) : 0;
}
