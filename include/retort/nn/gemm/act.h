/* Activation functions and their derivatives, applied to arrays. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_GEMM_ACT_H
#define RETORT_NN_GEMM_ACT_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/real.h"

enum act {
	ACT_NONE,
	ACT_RELU,
	ACT_GELU, /* x Phi(x), exact, with erf (Hendrycks and Gimpel 2016) */
	ACT_TANH,
	ACT_GELU_TANH, /* approximation with tanh, same paper */
	ACT_SILU,      /* x sigmoid(x) */
};

extern const char *const act_name[]; /* by enum, NULL at the end */

/* Whether act_backward reads the input of the activation; else it reads its output alone. */
bool act_needs_input(enum act a);

/* Replace n numbers x by f(x). */
void act_forward(enum act a, real *x, size_t n);

/* Replace n numbers dy by dy f'(x). `in` is x, read only where act_needs_input; `out` is f(x). */
void act_backward(enum act a, real *dy, const real *in, const real *out, size_t n);

#endif
