/* loss_ce.c: cross-entropy with the true labels. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/loss.h"

/* The mean is over the labelled rows of the batch, not over all rows: unlabelled rows must not dilute it. */
static double
run(const struct loss_args *a)
{
	real *log_q = a->scratch;
	double sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		double weight = a->label[i] >= 0 ? (double)a->weight[i] : 0;
		real step = (real)(weight * a->scale), *dx = a->dx ? a->dx + i * a->width : NULL;

		if (weight <= 0)
			continue;
		loss_log_softmax(a->x + i * a->width, a->width, 1, log_q);
		sum -= weight * (double)log_q[a->label[i]];
		if (!a->dx)
			continue;
		for (size_t c = 0; c < a->width; c++)
			dx[c] += step * REAL_EXP(log_q[c]);
		dx[a->label[i]] -= step;
	}
	return sum;
}

const struct loss loss_ce = {
	.name = "ce",
	.doc = "Cross-entropy with the true labels, mean over the labelled rows of a batch.",
	.formula = "-log softmax(z_s)_y;  gradient softmax(z_s) - onehot(y)",
	.reference = "Bishop 2006, Pattern Recognition and Machine Learning, eq. 4.108",
	.needs = LOSS_LABELS,
	.run = run,
};
