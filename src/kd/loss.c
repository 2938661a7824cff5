/* loss.c: the table of losses, and what several of them need. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/loss.h"

#include "retort/engine/vmath.h"

const struct loss *const loss_table[] = {
#define LOSS(id) &loss_##id,
#include "retort/kd/losses.def"
};
const size_t loss_count = sizeof loss_table / sizeof loss_table[0];

void
loss_log_softmax(const real *z, size_t n, double temperature, real *out)
{
	real most = vmath_max(z, n), beta = (real)(1 / temperature);
	real log_sum = REAL_LOG(vmath_exp_sum(z, n, most, beta, NULL));

	for (size_t i = 0; i < n; i++)
		out[i] = (z[i] - most) * beta - log_sum;
}
