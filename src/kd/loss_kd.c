/* loss_kd.c: Hinton's distillation loss, forward KL of tempered probabilities. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/loss.h"

/*
 * T^2 sum_c p (log p - log q), p = softmax(z_t / T), q = softmax(z_s / T), weighted mean over all
 * rows, divided by the rows and never by the classes. T^2 keeps the gradient T (q - p) of one
 * size when T is turned (Hinton, Vinyals and Dean 2015, section 2).
 */
static double
run(const struct loss_args *a)
{
	real *log_q = a->scratch, *log_p = a->scratch + a->width;
	double sum = 0, total = 0, t = a->temperature;

	for (size_t i = 0; i < a->rows; i++)
		total += (double)a->row_weight[i];
	if (total <= 0)
		return 0;
	for (size_t i = 0; i < a->rows; i++) {
		double weight = (double)a->row_weight[i] / total, kl = 0;
		real step = (real)(weight * a->scale * t);

		loss_log_softmax(a->x + i * a->width, a->width, t, log_q);
		loss_log_softmax(a->target + i * a->width, a->width, t, log_p);
		for (size_t c = 0; c < a->width; c++) {
			real p = REAL_EXP(log_p[c]);

			kl += (double)(p * (log_p[c] - log_q[c]));
			if (a->dx)
				a->dx[i * a->width + c] += step * (REAL_EXP(log_q[c]) - p);
		}
		sum += weight * kl;
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
