/* loss_minilm_attention.c: MiniLM: KL divergence between attention maps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"

#include "retort/kd/token_mask.h"

#define LEAST ((real)1e-30) /* smallest student probability in the logarithm */

/* KL of the distributions of a query; the gradient of q is -p / q, which the backward pass of the
 * softmax turns into q - p. */
static double
divergence(const real *q, const real *p, size_t n, real step, real *dq)
{
	double sum = 0;

	for (size_t k = 0; k < n; k++) {
		real here = q[k] > LEAST ? q[k] : LEAST;

		if (p[k] <= 0)
			continue;
		sum += (double)(p[k] * REAL_LOG(p[k] / here));
		if (dq && q[k] > LEAST)
			dq[k] -= step * p[k] / here;
	}
	return sum;
}

/* The same for a query with padding among its keys. */
static double
run_query(const struct token_mask *t, const real *q, const real *p, size_t n, real step, real *dq)
{
	double sum = 0;

	if (t->n == t->end)
		return divergence(q, p, n, step, dq);
	for (size_t k = 0; k < n; k++)
		if (t->seen[k] > 0)
			sum += divergence(q + k, p + k, 1, step, dq ? dq + k : NULL);
	return sum;
}

static double
run(const struct loss_args *a)
{
	double sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		struct token_mask t = token_mask_of(a, i);
		double each = t.n ? (double)a->weight[i] / (double)(a->heads * t.n) : 0;

		for (size_t k = 0; each > 0 && k < a->heads * a->positions; k++) {
			size_t at = i * a->width + k * a->positions;

			sum += each * run_query(&t, a->x + at, a->target + at,
						token_mask_keys(&t, k % a->positions),
						(real)(each * a->scale), a->dx ? a->dx + at : NULL);
		}
	}
	return sum;
}

const struct loss loss_minilm_attention = {
	.name = "minilm-attention",
	.doc = "KL divergence of a student's attention maps from a teacher's.",
	.formula =
		"mean over heads and queries of KL(A_t || A_s), A = softmax(Q K' / sqrt(d_head))",
	.reference = "Wang et al. 2020, MiniLM, eq. 5",
	.needs = LOSS_LAYER | LOSS_ROW,
	.on = 1u << MODEL_ATTENTION,
	.run = run,
};
