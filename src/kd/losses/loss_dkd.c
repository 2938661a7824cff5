/* loss_dkd.c: decoupled distillation: label against other classes, and other classes among
 * themselves. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/kd/softmax_rows.h"

/* dx += step_rest (q^ - p^) + step_label (e_y - q^). */
static void
add_gradient(const real *q_hat, const real *p_hat, size_t y, real step_label, real step_rest,
	     size_t n, real *dx)
{
	for (size_t c = 0; c < n; c++)
		dx[c] += step_rest * (q_hat[c] - p_hat[c]) - step_label * q_hat[c];
	dx[y] += step_label;
}

/*
 * The label's entry is left out instead of masked by a large number, so any logits are accepted.
 * The gradient of the label's part, (q_y - p_y) / (1 - q_y) (e_y - q), equals (q_y - p_y) (e_y -
 * q^), which needs no division.
 */
static double
run_row(const struct row *r, void *arg)
{
	double alpha = r->args->knobs->dkd_alpha, beta = r->args->knobs->dkd_beta, target, rest;
	size_t y = (size_t)r->label;
	real log_b[2], log_d[2], b[2], d[2];

	if (r->label < 0)
		return softmax_rows_forward(r, arg);
	if (r->n < 2)
		return 0;
	log_b[0] = r->log_p[y];
	log_b[1] = softmax_rows_rest(r->log_p, r->n, y, r->p);
	log_d[0] = r->log_q[y];
	log_d[1] = softmax_rows_rest(r->log_q, r->n, y, r->spare);
	for (int i = 0; i < 2; i++) {
		b[i] = REAL_EXP(log_b[i]);
		d[i] = REAL_EXP(log_d[i]);
	}
	target = (double)softmax_rows_divergence(b, log_b, d, log_d, 0, 2);
	rest = (double)softmax_rows_divergence(r->p, r->log_p, r->spare, r->log_q,
					       log_b[1] - log_d[1], r->n);
	if (r->dx)
		add_gradient(r->spare, r->p, y, (real)(r->step * alpha * (double)(d[0] - b[0])),
			     (real)(r->step * beta), r->n, r->dx);
	return alpha * target + beta * rest;
}

static double
run(const struct loss_args *a)
{
	return softmax_rows_sum(a, a->temperature, a->temperature, run_row, NULL) * a->temperature *
	       a->temperature;
}

const struct loss loss_dkd = {
	.name = "dkd",
	.title = "decoupled distillation (DKD)",
	.doc = "Decoupled distillation, times temperature squared: alpha times the KL divergence "
	       "between the label and all other classes together, plus beta times the KL "
	       "divergence among the other classes. A row without a label has the value of kd.",
	.formula = "T^2 [alpha KL(b_p || b_q) + beta KL(p^ || q^)], b = (p_y, 1 - p_y), p^ and q^ "
		   "softmax without class y;  "
		   "gradient T [alpha (q_y - p_y) (e_y - q^) + beta (q^ - p^)]",
	.reference = "Zhao et al. 2022, Decoupled Knowledge Distillation, eq. 7",
	.needs = LOSS_LOGITS | LOSS_CLASSES,
	.weight = offsetof(struct knobs, dkd_weight),
	.temperature = offsetof(struct knobs, dkd_temperature),
	.run = run,
};
