/* Copies of the rows of a batch and products between them, for losses that compare rows with each
 * other. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_GRAM_H
#define RETORT_KD_GRAM_H

#include "retort/kd/loss.h"

/*
 * Rows of weight above 0, each as one vector in which padding is 0. All of them have the same
 * weight in such a loss. All arrays are in the scratch of the call.
 */
struct gram {
	size_t n, width, t_width; /* rows; numbers in a row */
	real *x, *t;              /* [n,width], [n,t_width] copies, may be overwritten */
	real *dx;                 /* [n,width] room for a gradient */
	real *a, *b, *c;          /* [n,n] */
	real *s, *u;              /* [n] */
};

/* Numbers of scratch: loss.scratch of losses that use struct gram. */
size_t gram_scratch(const struct loss_shape *s);

/* Copy the rows. False: fewer than two rows, nothing to compare. */
bool gram_open(const struct loss_args *a, struct gram *w);

/* out[n,n] = f f^T, f [n,width]. */
void gram_products(const real *f, size_t n, size_t width, real *out);

/* df[n,width] = d f, d [n,n]: every row a combination of the rows of f. */
void gram_combine(const real *d, const real *f, size_t n, size_t width, real *df);

/* df = (d + d^T) f, with d [n,n] the gradient of that product; d is overwritten. */
void gram_products_back(real *d, const real *f, size_t n, size_t width, real *df);

/* Divide every row by its norm plus eps, and store the norms; a row of zeros stays 0. */
void gram_normalise(real *f, size_t n, size_t width, real eps, real *length);

/* Backward pass of gram_normalise, in place; f: its output. The gradient of a row of zeros is 0. */
void gram_normalise_back(const real *f, size_t n, size_t width, real eps, const real *length,
			 real *df);

/* Add w->dx, times the scale of the call, to the call's gradient, except at padding. */
void gram_add(const struct loss_args *a, const struct gram *w);

#endif
