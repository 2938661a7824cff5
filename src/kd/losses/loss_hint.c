/* loss_hint.c: FitNets' hint: half the squared error after a learned projection. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"

static double
run(const struct loss_args *a)
{
	struct loss_args half = *a;

	half.scale *= 0.5;
	return 0.5 * loss_hidden.run(&half);
}

const struct loss loss_hint = {
	.name = "hint",
	.doc = "FitNets hint: half the mean squared error between a teacher's layer and a learned "
	       "linear map of the student's, even if their widths are equal.",
	.formula = "1/2 mean (W h_s + b - h_t)^2;  gradient (W h_s + b - h_t) / (B d)",
	.reference =
		"Romero et al. 2015, FitNets, eq. 3, as a mean over numbers instead of their sum",
	.needs = LOSS_LAYER | LOSS_PROJECT,
	.run = run,
};
