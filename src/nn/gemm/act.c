/* act.c: activation functions and their derivatives. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/act.h"

#include "retort/nn/gemm/vmath.h"

const char *const act_name[] = { "none", "relu", "gelu", "tanh", "gelu-tanh", "silu", NULL };

bool
act_needs_input(enum act a)
{
	return a == ACT_GELU || a == ACT_GELU_TANH || a == ACT_SILU;
}

void
act_forward(enum act a, real *x, size_t n)
{
	switch (a) {
	case ACT_NONE:
		return;
	case ACT_RELU:
		vmath_relu(x, n);
		return;
	case ACT_GELU:
		vmath_gelu(x, n, x);
		return;
	case ACT_TANH:
		vmath_tanh(x, n, x);
		return;
	case ACT_GELU_TANH:
		vmath_gelu_tanh(x, n, x);
		return;
	case ACT_SILU:
		vmath_silu(x, n, x);
		return;
	}
}

void
act_backward(enum act a, real *dy, const real *in, const real *out, size_t n)
{
	switch (a) {
	case ACT_NONE:
		return;
	case ACT_RELU:
		vmath_relu_slope(out, n, dy);
		return;
	case ACT_GELU:
		vmath_gelu_slope(in, n, dy);
		return;
	case ACT_TANH:
		for (size_t i = 0; i < n; i++)
			dy[i] *= 1 - out[i] * out[i];
		return;
	case ACT_GELU_TANH:
		vmath_gelu_tanh_slope(in, n, dy);
		return;
	case ACT_SILU:
		vmath_silu_slope(in, n, dy);
		return;
	}
}
