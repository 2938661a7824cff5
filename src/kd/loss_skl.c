/* loss_skl.c: skewed forward KL: the teacher against a mixture of both. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/rows.h"

/*
 * p / m is at most 1 / alpha, whatever the student says; where both have vanished so have their parts.
 * The gradient with respect to q goes into log_p.
 */
static double
each(const struct row *r, void *arg)
{
	real alpha = *(const real *)arg, rest = 1 - alpha;
	double sum = 0;

	for (size_t c = 0; c < r->n; c++) {
		real m = alpha * r->p[c] + rest * r->q[c];

		if (m > 0)
			sum += (double)(r->p[c] * (r->log_p[c] - REAL_LOG(m)));
		r->log_p[c] = m > 0 ? -rest * r->p[c] / m : 0;
	}
	if (r->dx)
		rows_back(r->q, r->log_p, (real)r->step, r->n, r->dx);
	return sum;
}

static double
run(const struct loss_args *a)
{
	real alpha = (real)a->knobs->skl_alpha;

	if (alpha == 0)
		return loss_kd.run(a);
	return rows_sum(a, a->temperature, a->temperature, each, &alpha) * a->temperature * a->temperature;
}

const struct loss loss_skl = {
	.name = "skl",
	.title = "skewed KL",
	.doc = "Skewed KL divergence, from the teacher to a mixture with a share alpha of it in the student's probabilities, times "
	       "temperature squared.",
	.formula = "T^2 KL(p || m), m = alpha p + (1 - alpha) q;  gradient T q (g - <q,g>), g = -(1 - alpha) p/m",
	.reference = "Ko et al. 2024, DistiLLM, eq. 4",
	.needs = LOSS_LOGITS,
	.weight = offsetof(struct knobs, skl_weight),
	.temperature = offsetof(struct knobs, skl_temperature),
	.run = run,
};
