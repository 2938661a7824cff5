/* loss_sce.c: cross-entropy with the teacher's probabilities. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/kd/softmax_rows.h"

static double
run_row(const struct row *r, void *arg)
{
	(void)arg;
	if (r->dx)
		softmax_rows_add_gap(r->q, r->p, (real)r->step, r->n, r->dx);
	return -(double)vmath_dot(r->p, r->log_q, r->n);
}

/* kd plus the teacher's entropy, which is constant: the gradient is that of kd. */
static double
run(const struct loss_args *a)
{
	return softmax_rows_sum(a, a->temperature, a->temperature, run_row, NULL) * a->temperature *
	       a->temperature;
}

const struct loss loss_sce = {
	.name = "sce",
	.title = "cross-entropy with soft labels",
	.doc = "Cross-entropy with the teacher's tempered probabilities, times temperature "
	       "squared: kd plus the teacher's entropy.",
	.formula = "-T^2 sum p log q;  gradient T (q - p)",
	.reference = "Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network, "
		     "section 2",
	.needs = LOSS_LOGITS,
	.weight = offsetof(struct knobs, sce_weight),
	.temperature = offsetof(struct knobs, sce_temperature),
	.run = run,
};
