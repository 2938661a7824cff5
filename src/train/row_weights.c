/* row_weights.c: weights of the rows, labels and tokens of a batch in the means of losses. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/row_weights.h"

/* Divide weights by their sum; all 0 where it is 0. */
static void
normalise(real *weight, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)weight[i];
	for (size_t i = 0; i < n; i++)
		weight[i] = sum > 0 ? (real)((double)weight[i] / sum) : 0;
}

/* Second class of mixed rows, and the share of the first. */
static void
set_mixture(struct branch *b, const struct batch *batch)
{
	b->is_mixed = false;
	for (size_t i = 0;
	     batch->augmented && batch_width(batch, BATCH_OTHER_LABEL) && i < batch->rows; i++) {
		b->other[i] = batch_i32(batch, BATCH_OTHER_LABEL)[i];
		b->share[i] = (real)batch_f32(batch, BATCH_LABEL_SHARE)[i];
		b->is_mixed = b->is_mixed || b->other[i] >= 0;
	}
}

void
row_weights_compute(struct branch *b, const struct batch *batch)
{
	size_t labels = batch_width(batch, BATCH_LABEL), length = batch_width(batch, BATCH_IDS);
	const float *row = batch_f32(batch, BATCH_ROW_WEIGHT),
		    *weight = batch_f32(batch, BATCH_LABEL_WEIGHT);
	const int32_t *ids = batch_i32(batch, BATCH_IDS), *label = batch_i32(batch, BATCH_LABEL);

	for (size_t i = 0; i < batch->rows; i++) {
		b->weight[BRANCH_ROWS][i] = (real)row[i];
		for (size_t k = i * labels; k < (i + 1) * labels; k++) {
			b->weight[BRANCH_LABELS][k] = label[k] >= 0 ? (real)weight[k] : 0;
			b->label[k] = b->weight[BRANCH_LABELS][k] > 0 ? label[k] : -1;
		}
		for (size_t k = i * length; k < (i + 1) * length; k++)
			b->weight[BRANCH_TOKENS][k] = ids[k] >= 0 ? (real)row[i] : 0;
	}
	set_mixture(b, batch);
	normalise(b->weight[BRANCH_ROWS], batch->rows);
	normalise(b->weight[BRANCH_LABELS], batch->rows * labels);
	normalise(b->weight[BRANCH_TOKENS], batch->rows * length);
}
