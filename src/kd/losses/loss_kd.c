/* loss_kd.c: Hinton's distillation loss: forward KL of tempered probabilities. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/kd/softmax_rows.h"

/* Log probabilities and probabilities of student (q) and teacher (p) at the temperature. */
struct kd_rows {
	const real *log_q, *q;
	real *log_p, *p;
};

static double
run_full(const struct loss_args *a, const struct kd_rows *s)
{
	size_t n = a->width;
	double sum = 0;

	loss_softmax_rows(a->target, a->rows, n, a->temperature, s->log_p, s->p);
	for (size_t i = 0; i < a->rows; i++) {
		double weight = (double)a->weight[i];

		if (weight <= 0)
			continue;
		sum += weight * (double)softmax_rows_divergence(s->p + i * n, s->log_p + i * n,
								s->q + i * n, s->log_q + i * n, 0,
								n);
		if (a->dx)
			softmax_rows_add_gap(s->q + i * n, s->p + i * n,
					     (real)(weight * a->scale * a->temperature), n,
					     a->dx + i * n);
	}
	return sum;
}

/* log_p [k + 1]: the teacher's k largest logits and the bucket of the rest, tempered. The rest is
 * assumed to be uniform where the temperature is not 1. */
static void
temper_top(const struct loss_args *a, size_t i, real *log_p)
{
	size_t k = a->top.k, rest = a->width - k;

	for (size_t c = 0; c < k; c++)
		log_p[c] = a->top.logit[i * k + c];
	if (rest > 0) {
		double each = (double)a->top.tail[i] -
			      log((double)rest); /* logit of each class of the rest */

		log_p[k] = (real)(each + a->temperature * log((double)rest));
	}
	loss_log_softmax(log_p, k + (rest > 0), a->temperature, log_p);
}

/*
 * A row with the teacher's k largest logits and a bucket for the rest. With r_p and r_q the
 * probability of the bucket: sum_k p log p/q + r_p log r_p/r_q, a lower bound of the full KL, and
 * equal to it where k is C - 1. Gradient: q - p among the k, q (1 - r_p/r_q) in the tail.
 */
static double
run_top_row(const struct loss_args *a, size_t i, real step, const real *log_q, const real *q,
	    real *log_p)
{
	const int32_t *id = a->top.id + i * a->top.k;
	size_t k = a->top.k, rest = a->width - k;
	real *dx = a->dx ? a->dx + i * a->width : NULL, in_top = 0, r_q, log_r_q, flat;
	double kl = 0;

	temper_top(a, i, log_p);
	for (size_t c = 0; c < k; c++) {
		in_top += q[id[c]];
		kl += (double)(REAL_EXP(log_p[c]) * (log_p[c] - log_q[id[c]]));
	}
	r_q = in_top < 1 ? 1 - in_top : 0;
	r_q = r_q > (real)1e-12 ? r_q : (real)1e-12;
	log_r_q = REAL_LOG(r_q);
	if (rest > 0)
		kl += (double)(REAL_EXP(log_p[k]) * (log_p[k] - log_r_q));
	if (!dx)
		return kl;
	flat = rest > 0 ? step * (1 - REAL_EXP(log_p[k] - log_r_q)) : 0;
	for (size_t c = 0; c < a->width; c++)
		dx[c] += flat * q[c];
	for (size_t c = 0; c < k; c++)
		dx[id[c]] += step * (q[id[c]] - REAL_EXP(log_p[c])) - flat * q[id[c]];
	return kl;
}

static double
run_top(const struct loss_args *a, const struct kd_rows *s)
{
	size_t n = a->width;
	double sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		double weight = (double)a->weight[i];

		if (weight > 0)
			sum += weight * run_top_row(a, i,
						    (real)(weight * a->scale * a->temperature),
						    s->log_q + i * n, s->q + i * n, s->log_p);
	}
	return sum;
}

/*
 * T^2 sum_c p (log p - log q), p = softmax(z_t / T), q = softmax(z_s / T), weighted mean over all
 * rows, divided by the rows and never by the classes. T^2 keeps the size of the gradient T (q - p)
 * independent of T (Hinton, Vinyals and Dean 2015, section 2).
 */
static double
run(const struct loss_args *a)
{
	size_t len = a->rows * a->width;
	struct kd_rows s = { .log_p = a->scratch + 2 * len, .p = a->scratch + 3 * len };

	loss_student(a, a->temperature, &s.log_q, &s.q);
	return (a->top.k ? run_top(a, &s) : run_full(a, &s)) * a->temperature * a->temperature;
}

const struct loss loss_kd = {
	.name = "kd",
	.title = "forward KL (Hinton)",
	.doc = "Forward KL divergence from the teacher's tempered probabilities, times temperature "
	       "squared, batch mean.",
	.formula =
		"T^2 sum p log(p/q), p = softmax(z_t/T), q = softmax(z_s/T);  gradient T (q - p)",
	.reference = "Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network, "
		     "section 2",
	.needs = LOSS_LOGITS | LOSS_TOP,
	.weight = offsetof(struct knobs, kd_weight),
	.run = run,
};
