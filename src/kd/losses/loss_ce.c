/* loss_ce.c: cross-entropy with the true labels. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"

/* Weights are normalised over the labelled rows of the batch, so that unlabelled rows do not reduce
 * the mean. */
static double
run(const struct loss_args *a)
{
	size_t n = a->width;
	const real *log_q, *q;
	double sum = 0;

	loss_student(a, 1, &log_q, &q);
	for (size_t i = 0; i < a->rows; i++) {
		double weight = a->label[i] >= 0 ? (double)a->weight[i] : 0;
		real step = (real)(weight * a->scale);
		struct loss_class class[2];
		int classes;

		if (weight <= 0)
			continue;
		classes = loss_classes(a, i, class);
		for (int k = 0; k < classes; k++)
			sum -= weight * class[k].share * (double)log_q[i * n + class[k].class];
		if (!a->dx)
			continue;
		for (size_t c = i * n; c < (i + 1) * n; c++)
			a->dx[c] += step * q[c];
		for (int k = 0; k < classes; k++)
			a->dx[i * n + class[k].class] -= step * (real) class[k].share;
	}
	return sum;
}

const struct loss loss_ce = {
	.name = "ce",
	.title = "cross-entropy with the labels",
	.doc = "Cross-entropy with the true labels, mean over the labelled rows of a batch.",
	.formula = "-log softmax(z_s)_y;  gradient softmax(z_s) - onehot(y)",
	.reference = "Bishop 2006, Pattern Recognition and Machine Learning, eq. 4.108",
	.needs = LOSS_LABELS,
	.weight = offsetof(struct knobs, ce_weight),
	.run = run,
};
