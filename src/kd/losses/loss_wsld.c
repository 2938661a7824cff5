/* loss_wsld.c: soft cross-entropy weighted by the student's cross-entropy relative to the
 * teacher's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/kd/softmax_rows.h"

#define TINY 1e-7 /* added to the teacher's cross-entropy, which can be 0 */

/* The weight is a constant: it has no gradient. */
static double
run_row(const struct row *r, void *arg)
{
	double weight;

	if (r->label < 0)
		return softmax_rows_forward(r, arg);
	weight = -expm1(-softmax_rows_nll(r->x, r->n, (size_t)r->label) /
			(softmax_rows_nll(r->target, r->n, (size_t)r->label) + TINY));
	if (r->dx)
		softmax_rows_add_gap(r->q, r->p, (real)(r->step * weight), r->n, r->dx);
	return -weight * (double)vmath_dot(r->p, r->log_q, r->n);
}

static double
run(const struct loss_args *a)
{
	return softmax_rows_sum(a, a->temperature, a->temperature, run_row, NULL) * a->temperature *
	       a->temperature;
}

const struct loss loss_wsld = {
	.name = "wsld",
	.title = "weighted soft labels (WSLD)",
	.doc = "Weighted soft labels, times temperature squared: soft cross-entropy with a smaller "
	       "weight for rows on which the student does better than the teacher. A row without a "
	       "label has the value of kd.",
	.formula = "-T^2 w sum p log q, w = 1 - exp(-CE(z_s,y) / (CE(z_t,y) + 1e-7)) without "
		   "gradient;  gradient w T (q - p)",
	.reference = "Zhou et al. 2021, Rethinking Soft Labels for Knowledge Distillation, eq. 8",
	.needs = LOSS_LOGITS | LOSS_CLASSES,
	.weight = offsetof(struct knobs, wsld_weight),
	.temperature = offsetof(struct knobs, wsld_temperature),
	.run = run,
};
