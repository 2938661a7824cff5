/* loss_kd.c: Hinton's distillation loss, forward KL of tempered probabilities. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/loss.h"

/* One row against a whole one: sum_c p (log p - log q); gradient step (q - p). */
static double
whole(const struct loss_args *a, size_t i, real step, const real *log_q, real *log_p)
{
	real *dx = a->dx ? a->dx + i * a->width : NULL;
	double kl = 0;

	loss_log_softmax(a->target + i * a->width, a->width, a->temperature, log_p);
	for (size_t c = 0; c < a->width; c++) {
		real p = REAL_EXP(log_p[c]);

		kl += (double)(p * (log_p[c] - log_q[c]));
		if (a->dx)
			dx[c] += step * (REAL_EXP(log_q[c]) - p);
	}
	return kl;
}

/*
 * One row against its k largest logits and a bucket for the rest. With r_p and r_q the
 * mass of the bucket: sum_k p log p/q + r_p log r_p/r_q, a lower bound of the whole, and the whole where k is C - 1.
 * Gradient: q - p among the k, q (1 - r_p/r_q) in the tail. At a temperature other than 1 the mass of the teacher's
 * tail is not known from its mass at 1: the tail is taken to be flat.
 */
static double
bucket(const struct loss_args *a, size_t i, real step, const real *log_q, real *log_p)
{
	const int32_t *id = a->top.id + i * a->top.k;
	size_t k = a->top.k, rest = a->width - k;
	real *dx = a->dx ? a->dx + i * a->width : NULL, in_top = 0, r_q, log_r_q, flat;
	double kl = 0, tail;

	for (size_t c = 0; c < k; c++)
		log_p[c] = a->top.logit[i * k + c];
	if (rest > 0) {
		tail = (double)a->top.tail[i] - log((double)rest); /* the logit of each of the rest */
		log_p[k] = (real)(tail + a->temperature * log((double)rest));
	}
	loss_log_softmax(log_p, k + (rest > 0), a->temperature, log_p);
	for (size_t c = 0; c < k; c++) {
		in_top += REAL_EXP(log_q[id[c]]);
		kl += (double)(REAL_EXP(log_p[c]) * (log_p[c] - log_q[id[c]]));
	}
	r_q = in_top < 1 ? 1 - in_top : 0;
	r_q = r_q > (real)1e-12 ? r_q : (real)1e-12;
	log_r_q = REAL_LOG(r_q);
	if (rest > 0)
		kl += (double)(REAL_EXP(log_p[k]) * (log_p[k] - log_r_q));
	if (!a->dx)
		return kl;
	flat = rest > 0 ? step * (1 - REAL_EXP(log_p[k] - log_r_q)) : 0;
	for (size_t c = 0; c < a->width; c++)
		dx[c] += flat * REAL_EXP(log_q[c]);
	for (size_t c = 0; c < k; c++)
		dx[id[c]] += step * (REAL_EXP(log_q[id[c]]) - REAL_EXP(log_p[c])) - flat * REAL_EXP(log_q[id[c]]);
	return kl;
}

/*
 * T^2 sum_c p (log p - log q), p = softmax(z_t / T), q = softmax(z_s / T), weighted mean over all
 * rows, divided by the rows and never by the classes. T^2 keeps the gradient T (q - p) of one
 * size when T is turned (Hinton, Vinyals and Dean 2015, section 2).
 */
static double
run(const struct loss_args *a)
{
	real *log_q = a->scratch, *log_p = a->scratch + a->width;
	double sum = 0, t = a->temperature;

	for (size_t i = 0; i < a->rows; i++) {
		double weight = (double)a->weight[i];
		real step = (real)(weight * a->scale * t);

		if (weight <= 0)
			continue;
		loss_log_softmax(a->x + i * a->width, a->width, t, log_q);
		sum += weight * (a->top.k ? bucket(a, i, step, log_q, log_p) : whole(a, i, step, log_q, log_p));
	}
	return sum * t * t;
}

const struct loss loss_kd = {
	.name = "kd",
	.doc = "Forward KL divergence from the teacher's tempered probabilities, times temperature squared, batch mean.",
	.formula = "T^2 sum p log(p/q), p = softmax(z_t/T), q = softmax(z_s/T);  gradient T (q - p)",
	.reference = "Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network, section 2",
	.needs = LOSS_LOGITS,
	.run = run,
};
