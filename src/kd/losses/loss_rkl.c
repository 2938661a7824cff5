/* loss_rkl.c: reverse KL divergence. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/multi.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/kd/softmax_rows.h"

/* q (r - <q, r>) with r = log q - log p, `value` its mean. */
MULTIVERSION static void
add_gradient(const real *q, const real *log_q, const real *log_p, real value, real step, size_t n,
	     real *dx)
{
	for (size_t c = 0; c < n; c++)
		dx[c] += step * q[c] * (log_q[c] - log_p[c] - value);
}

static double
run_row(const struct row *r, void *arg)
{
	real value = softmax_rows_divergence(r->q, r->log_q, r->p, r->log_p, 0, r->n);

	(void)arg;
	if (r->dx)
		add_gradient(r->q, r->log_q, r->log_p, value, (real)r->step, r->n, r->dx);
	return (double)value;
}

static double
run(const struct loss_args *a)
{
	return softmax_rows_sum(a, a->temperature, a->temperature, run_row, NULL) * a->temperature *
	       a->temperature;
}

const struct loss loss_rkl = {
	.name = "rkl",
	.title = "reverse KL",
	.doc = "Reverse KL divergence, of the student's tempered probabilities from the teacher's, "
	       "times temperature squared.",
	.formula = "T^2 sum q log(q/p);  gradient T q (r - <q,r>), r = log q - log p",
	.reference = "Gu et al. 2024, MiniLLM, section 2.1",
	.needs = LOSS_LOGITS,
	.weight = offsetof(struct knobs, rkl_weight),
	.temperature = offsetof(struct knobs, rkl_temperature),
	.run = run,
};
