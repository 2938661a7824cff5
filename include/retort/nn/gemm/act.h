/* Activation functions and their derivatives, over runs of numbers. */
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
	ACT_GELU_TANH, /* its approximation with tanh, of the same paper */
	ACT_SILU,      /* x sigmoid(x) */
};

extern const char *const act_name[]; /* by enum, NULL at the end */

/* The backward pass needs what went in, not only what came out. */
bool act_needs_input(enum act a);

/* x -> f(x) in place; n numbers. */
void act_forward(enum act a, real *x, size_t n);

/* dy -> dy f'(x) in place. `in` is x where act_needs_input, `out` is f(x). */
void act_backward(enum act a, real *dy, const real *in, const real *out, size_t n);

#endif
