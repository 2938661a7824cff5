/* loss_hidden.c: mean squared error between a student's layer and a teacher's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/loss.h"

/* Mean over rows and numbers; the paper's factor 1/2 is left out, as TinyBERT and DistilBERT do. */
static double
run(const struct loss_args *a)
{
	double sum = 0, total = 0;

	for (size_t i = 0; i < a->rows; i++)
		total += (double)a->row_weight[i];
	if (total <= 0)
		return 0;
	for (size_t i = 0; i < a->rows; i++) {
		double weight = (double)a->row_weight[i] / (total * (double)a->width), row = 0;
		real step = (real)(2 * weight * a->scale);

		for (size_t c = 0; c < a->width; c++) {
			real gap = a->x[i * a->width + c] - a->target[i * a->width + c];

			row += (double)gap * (double)gap;
			if (a->dx)
				a->dx[i * a->width + c] += step * gap;
		}
		sum += weight * row;
	}
	return sum;
}

const struct loss loss_hidden = {
	.name = "hidden",
	.doc = "Mean squared error between a student's layer and a teacher's, through a learned linear map where their widths differ.",
	.formula = "mean (W h_s + b - h_t)^2;  gradient 2 (W h_s + b - h_t) / (B d)",
	.reference = "Romero et al. 2015, FitNets, eq. 3 (without the factor 1/2); Jiao et al. 2020, TinyBERT, eq. 8",
	.needs = LOSS_LAYER,
	.run = run,
};
