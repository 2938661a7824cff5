/* loss_tiny_attention.c: TinyBERT: squared difference of attention scores. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"

#include "retort/base/multi.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/kd/token_mask.h"

#define HIDDEN_BELOW \
	(-100) /* the authors' programs mask by large negative numbers, and compare them as 0 */

MULTIVERSION static void
mask_differences(const real *restrict x, const real *restrict target, size_t n, real *restrict gap)
{
	for (size_t k = 0; k < n; k++)
		gap[k] = (x[k] > HIDDEN_BELOW ? x[k] : 0) -
			 (target[k] > HIDDEN_BELOW ? target[k] : 0);
}

MULTIVERSION static void
add_gap(const real *restrict x, const real *restrict gap, real step, size_t n, real *restrict dx)
{
	for (size_t k = 0; k < n; k++)
		dx[k] += x[k] > HIDDEN_BELOW ? step * gap[k] : 0;
}

/* One row; `each` is the weight of one pair of tokens in one head. */
static double
run_row(const struct loss_args *a, const struct token_mask *t, size_t row, double each)
{
	size_t length = a->positions;
	double sum = 0;

	for (size_t i = 0; i < a->heads * length; i++) {
		size_t at = row * a->width + i * length, keys = token_mask_keys(t, i % length);
		real *gap = a->scratch;

		mask_differences(a->x + at, a->target + at, keys, gap);
		token_mask_hide(t, gap, keys, 0);
		sum += (double)vmath_dot(gap, gap, keys);
		if (a->dx)
			add_gap(a->x + at, gap, (real)(2 * each * a->scale), keys, a->dx + at);
	}
	return each * sum;
}

/* Masked pairs are not counted in the mean, so that padding does not reduce it. */
static double
run(const struct loss_args *a)
{
	double sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		struct token_mask t = token_mask_of(a, i);

		if (a->weight[i] > 0 && t.n > 0)
			sum += run_row(a, &t, i,
				       (double)a->weight[i] / (double)(a->heads * t.pairs));
	}
	return sum;
}

const struct loss loss_tiny_attention = {
	.name = "tiny-attention",
	.doc = "Mean squared error between the attention scores of a student's heads and a "
	       "teacher's, before their softmax.",
	.formula = "mean over heads and pairs of tokens of (S_s - S_t)^2, S = Q K' / sqrt(d_head); "
		   "S of -100 and less counts as 0",
	.reference = "Jiao et al. 2020, TinyBERT, eq. 7",
	.needs = LOSS_LAYER | LOSS_ROW,
	.on = 1u << MODEL_SCORES,
	.run = run,
};
