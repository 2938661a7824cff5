/* loss_nkd.c: normalised distillation: weighted cross-entropy of the label, and of the normalised
 * other classes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/kd/softmax_rows.h"

/* -p_y log q_y, at temperature 1. */
static double
run_label(const struct row *r, void *arg)
{
	size_t y = (size_t)r->label;
	real step;

	(void)arg;
	if (r->label < 0)
		return 0;
	step = (real)r->step * r->p[y];
	for (size_t c = 0; r->dx && c < r->n; c++)
		r->dx[c] += step * r->q[c];
	if (r->dx)
		r->dx[y] -= step;
	return -(double)(r->p[y] * r->log_q[y]);
}

/* -gamma sum p^ log q^ over the other classes; rows without a label as by kd. */
static double
run_rest(const struct row *r, void *arg)
{
	double gamma = r->args->knobs->nkd_gamma, value;
	real log_q_rest;

	if (r->label < 0)
		return softmax_rows_forward(r, arg);
	if (r->n < 2)
		return 0;
	softmax_rows_rest(r->log_p, r->n, (size_t)r->label, r->p);
	log_q_rest = softmax_rows_rest(r->log_q, r->n, (size_t)r->label, r->spare);
	value = (double)(log_q_rest - vmath_dot(r->p, r->log_q, r->n));
	if (r->dx)
		softmax_rows_add_gap(r->spare, r->p, (real)(r->step * gamma), r->n, r->dx);
	return gamma * value;
}

static double
run(const struct loss_args *a)
{
	double t = a->temperature;

	return softmax_rows_sum(a, 1, 1, run_label, NULL) +
	       softmax_rows_sum(a, t, t, run_rest, NULL) * t * t;
}

const struct loss loss_nkd = {
	.name = "nkd",
	.title = "normalised distillation (NKD)",
	.doc = "Normalised distillation: cross-entropy weighted by the teacher's probability of "
	       "the label, at temperature 1, plus gamma times temperature squared times the "
	       "cross-entropy among the other classes. A row without a label has the value of kd.",
	.formula = "-p_y log q_y - gamma T^2 sum p^ log q^, p^ and q^ softmax without class y;  "
		   "gradient p_y (q - e_y) + gamma T (q^ - p^)",
	.reference = "Yang et al. 2023, From Knowledge Distillation to Self-Knowledge "
		     "Distillation, eq. 8",
	.needs = LOSS_LOGITS | LOSS_CLASSES,
	.weight = offsetof(struct knobs, nkd_weight),
	.temperature = offsetof(struct knobs, nkd_temperature),
	.run = run,
};
