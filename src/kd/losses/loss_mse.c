/* loss_mse.c: squared error of logits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"

/* The same as hidden, on logits. */
static double
run(const struct loss_args *a)
{
	return loss_hidden.run(a);
}

const struct loss loss_mse = {
	.name = "mse",
	.title = "squared error on logits",
	.doc = "Mean squared difference of the logits, over rows and classes.",
	.formula = "1/C sum (z_s - z_t)^2;  gradient 2 (z_s - z_t) / C",
	.reference = "Ba and Caruana 2014, Do Deep Nets Really Need to be Deep?, eq. 1",
	.needs = LOSS_LOGITS,
	.weight = offsetof(struct knobs, mse_weight),
	.run = run,
};
