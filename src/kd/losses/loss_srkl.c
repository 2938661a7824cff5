/* loss_srkl.c: skewed reverse KL: from the student to a mixture of both. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/kd/softmax_rows.h"

/* As in loss_skl.c: q / m is at most 1 / alpha. */
static double
run_row(const struct row *r, void *arg)
{
	real alpha = *(const real *)arg;
	double sum = softmax_rows_skewed(r->q, r->log_q, r->p, alpha, r->n, r->spare, r->log_p);

	for (size_t c = 0; c < r->n; c++)
		r->log_p[c] -= alpha * r->spare[c];
	if (r->dx)
		softmax_rows_back(r->q, r->log_p, (real)r->step, r->n, r->dx);
	return sum;
}

static double
run(const struct loss_args *a)
{
	real alpha = (real)a->knobs->srkl_alpha;

	if (alpha == 0)
		return loss_rkl.run(a);
	return softmax_rows_sum(a, a->temperature, a->temperature, run_row, &alpha) *
	       a->temperature * a->temperature;
}

const struct loss loss_srkl = {
	.name = "srkl",
	.title = "skewed reverse KL",
	.doc = "Skewed reverse KL divergence, from the student to a mixture of 1 - alpha times the "
	       "teacher and alpha times the student, times temperature squared.",
	.formula = "T^2 KL(q || m), m = (1 - alpha) p + alpha q;  gradient T q (g - <q,g>), g = "
		   "log(q/m) - alpha q/m",
	.reference = "Ko et al. 2024, DistiLLM, eq. 4",
	.needs = LOSS_LOGITS,
	.weight = offsetof(struct knobs, srkl_weight),
	.temperature = offsetof(struct knobs, srkl_temperature),
	.run = run,
};
