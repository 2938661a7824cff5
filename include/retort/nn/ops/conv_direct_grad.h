/* Gradients of convolution by plain loops, after conv_direct_begin. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_CONV_DIRECT_GRAD_H
#define RETORT_NN_OPS_CONV_DIRECT_GRAD_H

#include "retort/nn/ops/conv_direct.h"

/* Add the weight gradient of one map to the sum in scratch; conv_direct_grad_sum copies the sum to
 * dw, in the shape of w. */
void conv_direct_grad_weight(const struct conv_direct *d, const real *x, const real *dy,
			     real *scratch);
void conv_direct_grad_sum(const struct conv_direct *d, const real *scratch, real *dw);

/* Add the gradient of the input of one map to dx. Depthwise only. */
void conv_direct_grad_input(const struct conv_direct *d, const real *dy, real *scratch, real *dx);

#endif
