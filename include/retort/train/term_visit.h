/* All loss calls on one node of a branch, made in one pass over its positions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_TERM_VISIT_H
#define RETORT_TRAIN_TERM_VISIT_H

#include "retort/kd/losses/loss_table.h"
#include "retort/train/branch.h"

/* Loss calls for a position, at most: of the terms on outputs and of KL for each teacher, and of
 * maps. */
#define TERM_VISIT_CALLS (((int)LOSS_OUTPUTS + 1) * TRAIN_TEACHERS + TRAIN_MAPS)

/* One loss call for all positions. */
struct term_call {
	const struct loss *loss;
	struct loss_args args; /* of the whole batch */
	double factor;         /* of the value, in the sum it goes to */
	double *sum;           /* where the value is added: of a term, or kl */
	const int32_t *row;    /* rows of the target, see branch_feed; may be NULL */
};

/* All loss calls on one node, and their chunks. */
struct term_visit {
	struct branch *b;
	int n;
	struct term_call call[TERM_VISIT_CALLS];
	size_t rows, width; /* positions, numbers in one */
	size_t per;         /* positions in a row of the batch */
	bool by_row;  /* a call does not span rows: rows of the target may not be contiguous */
	real *clears; /* gradient to clear before the first write; NULL: it is cleared */
	int pieces;   /* set by term_visit_run */
	bool counts;  /* count accuracy: the node has the logits */
	double *sum;  /* [pieces, n + 2], set by term_visit_run */
};

/*
 * Make the calls of `v` for a few positions at a time, while they are in the cache, on the branch's
 * pool; sums of chunks are added in the order of the chunks. With v->counts *accuracy is that over
 * labelled positions, NaN without one. Allocates nothing.
 */
void term_visit_run(struct term_visit *v, double *accuracy);

/* Numbers of scratch of a thread for losses whose rows have `width` numbers, of at most `rows`
 * rows; doubles for the sums of chunks. */
size_t term_visit_scratch(size_t width, size_t rows);
size_t term_visit_sums(void);

#endif
