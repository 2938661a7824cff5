/* CKA of every layer of a teacher with every layer of the student, on a fixed set of rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_CKA_LAYER_CKA_H
#define RETORT_PROBE_CKA_LAYER_CKA_H

#include <stdatomic.h>

#include "retort/lab/trainer_state.h"
#include "retort/probe/net_copy.h"
#include "retort/probe/row_copy.h"

#define LAYER_CKA_ROWS 256 /* at most: the first of the held-out rows */
#define LAYER_CKA_CHUNK 32 /* rows in a forward pass */

/* Copies the rows that layers are compared on. -1 and an error. */
int layer_cka_copy_rows(struct row_copy *rows, const struct dataset *ds, const struct split *split,
			struct err *e);

/* Gram matrices of centred rows of every layer, see cka.h. */
struct layer_cka_grams {
	int n;
	double *layer[MODEL_LAYERS]; /* owned */
};

void layer_cka_release_grams(struct layer_cka_grams *g);

/*
 * Compute the Gram matrices of a network's layers. Layers of tokens are averaged over tokens
 * without padding, feature maps over positions: lengths and sizes of maps may differ, and the cost
 * is that of the channels. `pool` may be NULL. Where `*stop`, which may be NULL, becomes true, it
 * ends early with -1. Any thread.
 */
int layer_cka_grams_of(const struct net_copy *net, const struct row_copy *rows, struct pool *pool,
		       const atomic_bool *stop, struct layer_cka_grams *out, struct err *e);

/* Fill in CKA for every pair of layers. */
void layer_cka_compare(const struct layer_cka_grams *teacher, const struct layer_cka_grams *student,
		       size_t rows, struct lab_cka *out);

/* Measure everything now, on the trainer's thread and its pool; the same bits on any number of
 * threads. -1 and an error. */
int layer_cka_run(struct trainer_state *w, int teacher, struct lab_cka *out, struct err *e);

/*
 * Assign an ascending row to each column of value[rows, columns] with the largest sum; NAN: that
 * pair is not allowed. Writes row[columns]; among equal sums, that whose last rows are smallest.
 * Returns false where there is no such assignment.
 */
bool layer_cka_assign(const double *value, int rows, int columns, int *row);

/* Choose the pairs of `map auto`: those with the largest sum of CKA. See trainer_state.h. */
trainer_state_choose_pairs layer_cka_choose;

#endif
