/* loss_tvd.c: total variation distance. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/multi.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/kd/softmax_rows.h"

/* p = |q - p|, and sign = half the sign of q - p. */
MULTIVERSION static void
split_gap(const real *q, real *p, real *sign, size_t n)
{
	for (size_t c = 0; c < n; c++) {
		real gap = q[c] - p[c];

		sign[c] = gap > 0 ? (real)0.5 : gap < 0 ? (real)-0.5 : 0;
		p[c] = REAL_ABS(gap);
	}
}

static double
run_row(const struct row *r, void *arg)
{
	(void)arg;
	split_gap(r->q, r->p, r->log_p, r->n);
	if (r->dx)
		softmax_rows_back(r->q, r->log_p, (real)r->step, r->n, r->dx);
	return 0.5 * (double)vmath_sum(r->p, r->n);
}

static double
run(const struct loss_args *a)
{
	return softmax_rows_sum(a, a->temperature, 1 / a->temperature, run_row, NULL);
}

const struct loss loss_tvd = {
	.name = "tvd",
	.title = "total variation distance",
	.doc = "Total variation distance: half the sum of absolute differences of probabilities. "
	       "It has no factor of temperature "
	       "squared, so it stays within 0 and 1 and its gradient falls as 1/T.",
	.formula = "1/2 sum |q - p|;  gradient q (g - <q,g>) / T, g = sign(q - p) / 2",
	.reference = "Wen et al. 2023, f-Divergence Minimization for Sequence-Level Knowledge "
		     "Distillation, section 3.2",
	.needs = LOSS_LOGITS,
	.weight = offsetof(struct knobs, tvd_weight),
	.temperature = offsetof(struct knobs, tvd_temperature),
	.run = run,
};
