/* Convolution by plain loops, for shapes where gathering windows costs more than multiplying them.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_CONV_DIRECT_H
#define RETORT_NN_OPS_CONV_DIRECT_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/real.h"
#include "retort/nn/ops/window.h"

/*
 * A map is copied into scratch with padding around it, so that the loops need no bounds, and
 * channels out are computed sixteen at a time: sums of several positions, or of several weights,
 * stay in registers while their windows are read. There are two kinds: every channel in contributes
 * to every channel out (one group), or each to its own (depthwise).
 */
struct conv_direct {
	struct window win;
	size_t out;         /* channels out */
	bool depthwise;     /* groups == channels in == channels out */
	size_t pitch, deep; /* numbers in a line, and in a position, of the padded map */
	size_t map;     /* numbers in the padded map, with what a block of windows reads after it */
	size_t k;       /* numbers in a window */
	size_t blocks;  /* of sixteen channels out */
	size_t scratch; /* numbers of scratch that the passes need */
};

/*
 * Set the plan of the loops, and return whether they are faster than the product, by measurement
 * (see conv_direct.c). A function of shapes alone.
 */
bool conv_direct_plan(struct conv_direct *d, const struct window *w, size_t groups, size_t out);

/*
 * Prepare scratch for a pass over any number of maps: zeros for the padding, and in blocks the
 * weights w [size, size, channels in / groups, out]; NULL: zeros, for the sum of their gradients.
 */
void conv_direct_begin(const struct conv_direct *d, const real *w, real *scratch);

/* Copy a map into the padded one in scratch; if depthwise, the channels of one block. */
void conv_direct_pad(const struct conv_direct *d, const real *x, size_t block, real *scratch);

/* Compute y [down, across, out] of one map x, with `relu` through relu. b may be NULL. */
void conv_direct_forward(const struct conv_direct *d, const real *x, const real *b, bool relu,
			 real *scratch, real *y);

/*
 * Unless depthwise, the gradient of the input is a convolution too: of dy, padded, with flipped
 * windows. Set its plan; false where it is not faster or the stride is not 1. After
 * conv_direct_begin_back, with the weights of `d`, conv_direct_forward computes dx from dy.
 */
bool conv_direct_plan_back(const struct conv_direct *d, struct conv_direct *back);
void conv_direct_begin_back(const struct conv_direct *back, const real *w, real *scratch);

#endif
