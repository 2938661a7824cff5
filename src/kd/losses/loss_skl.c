/* loss_skl.c: skewed forward KL: from the teacher to a mixture of both. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/kd/softmax_rows.h"

/* p / m is at most 1 / alpha for any student. */
static double
run_row(const struct row *r, void *arg)
{
	real alpha = *(const real *)arg;
	double sum = softmax_rows_skewed(r->p, r->log_p, r->q, alpha, r->n, r->spare, r->log_p);

	if (r->dx)
		softmax_rows_back(r->q, r->spare, (real)-r->step * (1 - alpha), r->n, r->dx);
	return sum;
}

static double
run(const struct loss_args *a)
{
	real alpha = (real)a->knobs->skl_alpha;

	if (alpha == 0)
		return loss_kd.run(a);
	return softmax_rows_sum(a, a->temperature, a->temperature, run_row, &alpha) *
	       a->temperature * a->temperature;
}

const struct loss loss_skl = {
	.name = "skl",
	.title = "skewed KL",
	.doc = "Skewed KL divergence, from the teacher to a mixture of alpha times the teacher and "
	       "1 - alpha times the student, times temperature squared.",
	.formula = "T^2 KL(p || m), m = alpha p + (1 - alpha) q;  gradient T q (g - <q,g>), g = "
		   "-(1 - alpha) p/m",
	.reference = "Ko et al. 2024, DistiLLM, eq. 4",
	.needs = LOSS_LOGITS,
	.weight = offsetof(struct knobs, skl_weight),
	.temperature = offsetof(struct knobs, skl_temperature),
	.run = run,
};
