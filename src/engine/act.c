/* act.c: activation functions and their derivatives. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/engine/act.h"

const char *const act_name[] = { "none", "relu", "gelu", "tanh", NULL };

bool
act_needs_input(enum act a)
{
	return a == ACT_GELU;
}

/* Phi(x), the normal distribution function. */
static real
normal_cdf(real x)
{
	return (real)0.5 * (1 + REAL_ERF(x * (real)0.70710678118654752440));
}

void
act_forward(enum act a, real *x, size_t n)
{
	switch (a) {
	case ACT_NONE:
		return;
	case ACT_RELU:
		for (size_t i = 0; i < n; i++)
			x[i] = x[i] > 0 ? x[i] : 0;
		return;
	case ACT_GELU:
		for (size_t i = 0; i < n; i++)
			x[i] *= normal_cdf(x[i]);
		return;
	case ACT_TANH:
		for (size_t i = 0; i < n; i++)
			x[i] = REAL_TANH(x[i]);
		return;
	}
}

void
act_backward(enum act a, real *dy, const real *in, const real *out, size_t n)
{
	const real root = (real)0.39894228040143267794; /* 1 / sqrt(2 pi) */

	switch (a) {
	case ACT_NONE:
		return;
	case ACT_RELU:
		for (size_t i = 0; i < n; i++)
			dy[i] = out[i] > 0 ? dy[i] : 0;
		return;
	case ACT_GELU:
		for (size_t i = 0; i < n; i++)
			dy[i] *= normal_cdf(in[i]) + in[i] * root * REAL_EXP((real)-0.5 * in[i] * in[i]);
		return;
	case ACT_TANH:
		for (size_t i = 0; i < n; i++)
			dy[i] *= 1 - out[i] * out[i];
		return;
	}
}
