/* loss_ls.c: cross-entropy with labels that leave something to every class. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/engine/vmath.h"
#include "retort/kd/loss.h"

static void
add_gradient(const real *q, size_t y, double epsilon, real step, size_t n, real *dx)
{
	real flat = (real)(epsilon / (double)n);

	for (size_t c = 0; c < n; c++)
		dx[c] += step * (q[c] - flat);
	dx[y] -= step * (real)(1 - epsilon);
}

/* Over the labelled rows alone, as ce. */
static double
run(const struct loss_args *a)
{
	double epsilon = a->knobs->ls_epsilon, sum = 0;
	size_t n = a->width;
	const real *log_q, *q;

	loss_student(a, 1, &log_q, &q);
	for (size_t i = 0; i < a->rows; i++) {
		double weight = a->label[i] >= 0 ? (double)a->weight[i] : 0;

		if (weight <= 0)
			continue;
		sum -= weight * ((1 - epsilon) * (double)log_q[i * n + (size_t)a->label[i]] +
				 epsilon * (double)vmath_sum(log_q + i * n, n) / (double)n);
		if (a->dx)
			add_gradient(q + i * n, (size_t)a->label[i], epsilon, (real)(weight * a->scale), n, a->dx + i * n);
	}
	return sum;
}

const struct loss loss_ls = {
	.name = "ls",
	.title = "label smoothing",
	.doc = "Cross-entropy with smoothed labels, which give a share epsilon to all classes alike; mean over the labelled rows.",
	.formula = "-sum u log softmax(z_s), u = (1 - epsilon) onehot(y) + epsilon/C;  gradient softmax(z_s) - u",
	.reference = "Szegedy et al. 2016, Rethinking the Inception Architecture, section 7",
	.needs = LOSS_LABELS,
	.weight = offsetof(struct knobs, ls_weight),
	.run = run,
};
