/* loss_hidden.c: mean squared error between a student's layer and a teacher's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/loss.h"

/* Mean over rows and numbers; the paper's factor 1/2 is left out, as TinyBERT and DistilBERT do. */
static double
run(const struct loss_args *a)
{
	double sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		const real *x = a->x + i * a->width, *target = a->target + i * a->width;
		double weight = (double)a->weight[i] / (double)a->width;
		real step = (real)(2 * weight * a->scale), *dx = a->dx ? a->dx + i * a->width : NULL, lane[8] = { 0 };

		if (weight <= 0)
			continue;
		for (size_t c = 0; c < a->width; c++) {
			real gap = x[c] - target[c];

			lane[c % 8] += gap * gap;
		}
		for (size_t c = 0; a->dx && c < a->width; c++)
			dx[c] += step * (x[c] - target[c]);
		for (int k = 0; k < 8; k++)
			sum += weight * (double)lane[k];
	}
	return sum;
}

const struct loss loss_hidden = {
	.name = "hidden",
	.doc = "Mean squared error between a student's layer and a teacher's (hidden states through a learned linear map where "
	       "their widths differ; attention maps; values).",
	.formula = "mean (W h_s + b - h_t)^2;  gradient 2 (W h_s + b - h_t) / (B d)",
	.reference = "Romero et al. 2015, FitNets, eq. 3 (without the factor 1/2); Jiao et al. 2020, TinyBERT, eq. 7 and 8",
	.needs = LOSS_LAYER,
	.run = run,
};
