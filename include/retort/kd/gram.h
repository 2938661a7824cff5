/* All rows of a batch side by side, for losses that compare rows with each other. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_GRAM_H
#define RETORT_KD_GRAM_H

#include "retort/kd/loss.h"

/*
 * The rows that are looked at (those of weight 0 are not), each as one long vector; padding is
 * zeros in it. Such losses weigh all of these rows alike. Everything lies in the scratch of the
 * call.
 */
struct gram {
	size_t n, width, t_width; /* rows, numbers in one */
	real *x, *t;              /* [n,width], [n,t_width] copies: may be changed */
	real *dx;                 /* [n,width] for a gradient */
	real *a, *b, *c;          /* [n,n] */
	real *s, *u;              /* [n] */
};

/* What a loss's `scratch` is for this. */
size_t gram_scratch(const struct loss_shape *s);

/* false: fewer than two rows, and nothing to compare. */
bool gram_open(const struct loss_args *a, struct gram *w);

/* out[n,n] = f f^T of rows of `width` numbers. */
void gram_gram(const real *f, size_t n, size_t width, real *out);

/* df = (d + d^T) f, where d[n,n] is the gradient of that product; d is changed. */
void gram_gram_back(real *d, const real *f, size_t n, size_t width, real *df);

/* Every row over its length plus eps, and the lengths; a row of zeros stays one. */
void gram_normalise(real *f, size_t n, size_t width, real eps, real *length);

/* The gradient back through that, in place: f as it left. A row of zeros has no direction, and gets
 * none. */
void gram_normalise_back(const real *f, size_t n, size_t width, real eps, const real *length,
			 real *df);

/* w->dx, times the scale of the call, is added to the gradient; padding gets none. */
void gram_add(const struct loss_args *a, const struct gram *w);

#endif
