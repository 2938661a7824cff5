/* Noise-contrastive estimation (Gutmann and Hyvaerinen 2010) over rows of a memory bank. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_CONTRAST_H
#define RETORT_KD_CONTRAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/real.h"

#define CONTRAST_WIDTH 128 /* numbers of an embedding */
#define CONTRAST_PAIRS 256 /* pairs in a call, at most */

/* Pairs of an embedding with rows of a bank. All borrowed. */
struct contrast_pairs {
	const real *x;       /* [CONTRAST_WIDTH] */
	const real *bank;    /* [rows, CONTRAST_WIDTH] */
	const uint32_t *row; /* [n] */
	size_t n;
	bool own; /* the first pair is a true one; the others are noise */
	double temperature;
	double shift; /* log of the norm Z and of K/n: log odds are x . row / temperature - shift */
};

/*
 * Sum of -log h for a true pair and -log (1 - h) for noise, h = 1 / (1 + exp(-log odds)). Adds the
 * gradient with respect to temperature * x to d[CONTRAST_WIDTH], unless NULL.
 */
double contrast_add(const struct contrast_pairs *p, real *d);

/* to += factor x, [CONTRAST_WIDTH] each. */
void contrast_add_row(const real *x, real factor, real *to);

#endif
