/* loss_ctkd.c: kd at a learned temperature that maximizes the loss. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/kd/softmax_rows.h"

static double
sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

static double
get_theta(real *const own[LOSS_OWN])
{
	return own[0] ? (double)own[0][0] : 0;
}

/* At theta 0 about 0.73 of the span, as in the published form. */
static double
temperature(const struct knobs *k, real *const own[LOSS_OWN])
{
	return k->ctkd_start + k->ctkd_span * sigmoid(1 + get_theta(own));
}

/*
 * With a = z_t / T and b = z_s / T, da/dT is -a / T, so the derivative of T^2 KL by T is
 *	T [2 KL - cov_p(log p, r) - <q - p, log q>],  r = log p - log q:
 * a constant added to the logits changes nothing, so log p and log q are used instead of a and b.
 */
static double
run_row(const struct row *r, void *arg)
{
	double *slope = arg, kl = softmax_rows_forward(r, NULL), mean = 0, product = 0, toward = 0;

	if (!r->dx)
		return kl;
	for (size_t c = 0; c < r->n; c++) {
		double p = (double)r->p[c], log_p = (double)r->log_p[c],
		       log_q = (double)r->log_q[c];

		mean += p * log_p;
		product += p * log_p * (log_p - log_q);
		toward += ((double)r->q[c] - p) * log_q;
	}
	*slope += r->step * (2 * kl - (product - mean * kl) - toward);
	return kl;
}

static double
run(const struct loss_args *args)
{
	const struct loss_args a = softmax_rows_of_positions(args);
	double t = temperature(a.knobs, a.own), up = sigmoid(1 + get_theta(a.own)), slope = 0;
	double sum = softmax_rows_sum(&a, t, t, run_row, &slope) * t * t;

	if (a.own_grad[0])
		a.own_grad[0][0] += (real)(slope * a.knobs->ctkd_span * up * (1 - up));
	return sum;
}

static int
scalar_shape(const struct loss_shape *s, size_t dim[2])
{
	(void)s;
	dim[0] = 1;
	return 1;
}

static const struct loss_own own[] = {
	{ .name = "theta", .shape = scalar_shape, .init = PARAM_ZERO, .lr_factor = 1, .sign = -1 },
	{ .name = NULL },
};

const struct loss loss_ctkd = {
	.name = "ctkd",
	.title = "learned temperature (CTKD)",
	.doc = "kd at a learned temperature: the optimizer maximizes the term over the temperature "
	       "and minimizes it over the student's parameters.",
	.formula = "T^2 sum p log(p/q), T = start + span sigmoid(1 + theta);  gradient T (q - p), "
		   "and in theta through T and T^2",
	.reference =
		"Li et al. 2023, Curriculum Temperature for Knowledge Distillation, section 3.2",
	.needs = LOSS_LOGITS | LOSS_BATCH,
	.weight = offsetof(struct knobs, ctkd_weight),
	.own = own,
	.state_metric = "ctkd-temperature",
	.learned = temperature,
	.run = run,
};
