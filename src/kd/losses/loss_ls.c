/* loss_ls.c: cross-entropy with smoothed labels. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/vmath.h"
#include "retort/kd/losses/loss_table.h"

static void
add_gradient(const real *q, const struct loss_class *class, int classes, double epsilon, real step,
	     size_t n, real *dx)
{
	real flat = (real)(epsilon / (double)n);

	for (size_t c = 0; c < n; c++)
		dx[c] += step * (q[c] - flat);
	for (int k = 0; k < classes; k++)
		dx[class[k].class] -= step * (real)((1 - epsilon) * class[k].share);
}

/* Over the labelled rows only, as ce. */
static double
run(const struct loss_args *a)
{
	double epsilon = a->knobs->ls_epsilon, sum = 0;
	size_t n = a->width;
	const real *log_q, *q;

	loss_student(a, 1, &log_q, &q);
	for (size_t i = 0; i < a->rows; i++) {
		double weight = a->label[i] >= 0 ? (double)a->weight[i] : 0, right = 0;
		struct loss_class class[2];
		int classes;

		if (weight <= 0)
			continue;
		classes = loss_classes(a, i, class);
		for (int k = 0; k < classes; k++)
			right += class[k].share * (double)log_q[i * n + class[k].class];
		sum -= weight * ((1 - epsilon) * right +
				 epsilon * (double)vmath_sum(log_q + i * n, n) / (double)n);
		if (a->dx)
			add_gradient(q + i * n, class, classes, epsilon, (real)(weight * a->scale),
				     n, a->dx + i * n);
	}
	return sum;
}

const struct loss loss_ls = {
	.name = "ls",
	.title = "label smoothing",
	.doc = "Cross-entropy with smoothed labels, which spread a share epsilon evenly over all "
	       "classes; mean over the labelled rows.",
	.formula = "-sum u log softmax(z_s), u = (1 - epsilon) onehot(y) + epsilon/C;  gradient "
		   "softmax(z_s) - u",
	.reference = "Szegedy et al. 2016, Rethinking the Inception Architecture, section 7",
	.needs = LOSS_LABELS,
	.weight = offsetof(struct knobs, ls_weight),
	.run = run,
};
