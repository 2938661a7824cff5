/* Convolution by plain loops, where gathering numbers for a product would cost more than
 * multiplying them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_CONV_DIRECT_H
#define RETORT_NN_OPS_CONV_DIRECT_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/real.h"
#include "retort/nn/ops/window.h"

/*
 * A map is copied into scratch with its padding around it, so that no loop asks where it ends, and
 * channels out are worked on sixteen at a time: sums of several positions, or of several weights,
 * stay in registers while the numbers of their windows pass. Two kinds: every channel of the map
 * goes into every one that comes out (groups of 1), or each into its own (depthwise).
 */
struct conv_direct {
	struct window win;
	size_t out;         /* channels out */
	bool depthwise;     /* groups == channels in == channels out */
	size_t pitch, deep; /* numbers in a line of the padded map, and for a position there */
	size_t map;     /* numbers in the padded map, and what a block of windows reads behind it */
	size_t k;       /* numbers in a window */
	size_t blocks;  /* of sixteen channels out */
	size_t scratch; /* numbers of scratch that the passes need */
};

/*
 * Whether the loops beat the product, by measurement (see direct.c), and if so their plan.
 * A function of shapes alone.
 */
bool conv_direct_plan(struct conv_direct *d, const struct window *w, size_t groups, size_t out);

/*
 * Make scratch ready for one pass over any number of maps: zeros where padding is, and in blocks
 * the weights [size, size, channels in / groups, out]; NULL for a sum of their gradients that
 * begins with 0.
 */
void conv_direct_begin(const struct conv_direct *d, const real *w, real *scratch);

/* One map: y [down, across, out] from x, behind relu if that is asked for. b may be NULL. */
void conv_direct_forward(const struct conv_direct *d, const real *x, const real *b, bool relu,
			 real *scratch, real *y);

/* One map's part of the weight gradient goes into the sum in scratch; conv_direct_sum writes it
 * out, shaped as w is. */
void conv_direct_weight(const struct conv_direct *d, const real *x, const real *dy, real *scratch);
void conv_direct_sum(const struct conv_direct *d, const real *scratch, real *dw);

/*
 * Not depthwise, the gradient of the input is a convolution too: of dy, padded, with windows turned
 * around. Its plan, and conv_direct_begin for it with the weights of `d`; then conv_direct_forward
 * makes dx of dy. False where strides leave gaps.
 */
bool conv_direct_turn(const struct conv_direct *d, struct conv_direct *back);
void conv_direct_begin_back(const struct conv_direct *back, const real *w, real *scratch);

/* Adds one map's input gradient to dx. Depthwise only. */
void conv_direct_input(const struct conv_direct *d, const real *dy, real *scratch, real *dx);

#endif
