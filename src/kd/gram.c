/* gram.c: rows of a batch, their products, and the backward pass. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/gram.h"

#include <string.h>

#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/vmath.h"

size_t
gram_scratch(const struct loss_shape *s)
{
	return s->rows * (2 * s->width + s->t_width + 3 * s->rows + 2);
}

static size_t
copy_rows(const struct loss_args *a, const real *f, size_t width, real *out)
{
	size_t n = 0, per = width / a->positions;

	for (size_t i = 0; i < a->rows; i++) {
		if (a->weight[i] <= 0)
			continue;
		memcpy(out + n * width, f + i * width, width * sizeof *out);
		for (size_t p = 0; a->seen && p < a->positions; p++)
			if (!loss_sees(a, i, p))
				memset(out + n * width + p * per, 0, per * sizeof *out);
		n++;
	}
	return n;
}

bool
gram_open(const struct loss_args *a, struct gram *w)
{
	size_t n = 0;

	for (size_t i = 0; i < a->rows; i++)
		n += a->weight[i] > 0;
	if (n < 2)
		return false;
	*w = (struct gram){ .n = n, .width = a->width, .t_width = a->t_width, .x = a->scratch };
	w->t = w->x + n * w->width;
	w->dx = w->t + n * w->t_width;
	w->a = w->dx + n * w->width;
	w->b = w->a + n * n;
	w->c = w->b + n * n;
	w->s = w->c + n * n;
	w->u = w->s + n;
	copy_rows(a, a->x, w->width, w->x);
	copy_rows(a, a->target, w->t_width, w->t);
	return true;
}

void
gram_products(const real *f, size_t n, size_t width, real *out)
{
	struct blas_product p = blas_contiguous((struct blas_product){
		.trans_b = true, .m = n, .n = n, .k = width, .a = f, .b = f, .c = out });

	blas_one(&p);
}

void
gram_combine(const real *d, const real *f, size_t n, size_t width, real *df)
{
	struct blas_product p = blas_contiguous(
		(struct blas_product){ .m = n, .n = width, .k = n, .a = d, .b = f, .c = df });

	blas_one(&p);
}

void
gram_products_back(real *d, const real *f, size_t n, size_t width, real *df)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j <= i; j++)
			d[i * n + j] = d[j * n + i] = d[i * n + j] + d[j * n + i];
	gram_combine(d, f, n, width, df);
}

void
gram_normalise(real *f, size_t n, size_t width, real eps, real *length)
{
	for (size_t i = 0; i < n; i++, f += width) {
		length[i] = REAL_SQRT(vmath_dot(f, f, width));
		if (length[i] > 0)
			vmath_scale(f, width, 1 / (length[i] + eps));
	}
}

/* f = x / (|x| + eps): dx = (df - f <f, df> (|x| + eps) / |x|) / (|x| + eps). */
void
gram_normalise_back(const real *f, size_t n, size_t width, real eps, const real *length, real *df)
{
	for (size_t i = 0; i < n; i++, f += width, df += width) {
		real all = length[i] + eps, along;

		if (length[i] <= 0) {
			memset(df, 0, width * sizeof *df);
			continue;
		}
		along = vmath_dot(f, df, width) * all / length[i];
		for (size_t k = 0; k < width; k++)
			df[k] = (df[k] - f[k] * along) / all;
	}
}

void
gram_add(const struct loss_args *a, const struct gram *w)
{
	const real *from = w->dx;
	size_t per = a->width / a->positions;
	real scale = (real)a->scale;

	for (size_t i = 0; i < a->rows; i++) {
		if (a->weight[i] <= 0)
			continue;
		for (size_t p = 0; p < a->positions; p++) {
			real *to = a->dx + i * a->width + p * per;

			for (size_t k = 0; k < per && loss_sees(a, i, p); k++)
				to[k] += scale * from[p * per + k];
		}
		from += a->width;
	}
}
