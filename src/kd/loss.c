/* loss.c: the table of losses, and what several of them need. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/loss.h"

const struct loss *const loss_table[] = {
#define LOSS(id) &loss_##id,
#include "retort/kd/losses.def"
};
const size_t loss_count = sizeof loss_table / sizeof loss_table[0];

void
loss_log_softmax(const real *z, size_t n, double temperature, real *out)
{
	real most = z[0], sum = 0, log_sum, beta = (real)(1 / temperature);

	for (size_t i = 1; i < n; i++)
		most = z[i] > most ? z[i] : most;
	for (size_t i = 0; i < n; i++) {
		out[i] = (z[i] - most) * beta;
		sum += REAL_EXP(out[i]);
	}
	log_sum = REAL_LOG(sum);
	for (size_t i = 0; i < n; i++)
		out[i] -= log_sum;
}
