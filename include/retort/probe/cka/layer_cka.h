/* The probe: how alike every layer of a teacher is to every layer of the student, on a few rows
 * that stay the same. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_CKA_LAYER_CKA_H
#define RETORT_PROBE_CKA_LAYER_CKA_H

#include <stdatomic.h>

#include "retort/lab/trainer_state.h"

#define LAYER_CKA_ROWS 256 /* at most: the first of the rows that are held out */
#define LAYER_CKA_CHUNK 32 /* rows that go through a network together */
#define LAYER_CKA_CHUNKS (LAYER_CKA_ROWS / LAYER_CKA_CHUNK)

/* What layers are compared on: a copy, so that the data may go while it is in use. */
struct layer_cka_rows {
	size_t rows;
	struct batch chunk[LAYER_CKA_CHUNKS]; /* the last ones may be empty */
};

int layer_cka_take_rows(struct layer_cka_rows *p, const struct dataset *ds,
			const struct split *split, struct err *e);
void layer_cka_release_rows(struct layer_cka_rows *p);

/* Products of centred rows of every layer, see cka.h; NULL where there was no time. */
struct layer_cka_grams {
	int n;
	double *layer[MODEL_LAYERS]; /* owned */
};

void layer_cka_release_grams(struct layer_cka_grams *g);

/*
 * Of the network of `spec` and `io` with the numbers `value`, through a network of its own that
 * runs forward only. Of tokens it is the mean over those seen that is looked at, of feature maps
 * the mean over their places: lengths and sizes of maps may differ, and the cost is that of the
 * channels. `pool` may be NULL. `*stop`, where not NULL, ends it early with -1.
 */
struct layer_cka_like {
	const char *name;
	const struct model_spec *spec;
	const struct model_io *io;
};
int layer_cka_look(const struct layer_cka_like *like, real *value, const struct layer_cka_rows *p,
		   struct pool *pool, const atomic_bool *stop, struct layer_cka_grams *out,
		   struct err *e);

/* CKA of every pair of layers. */
void layer_cka_compare(const struct layer_cka_grams *teacher, const struct layer_cka_grams *student,
		       size_t rows, struct lab_cka *out);

/* All of it at once, on the trainer's thread, with its pool: the same on any number of threads. -1
 * and an error. */
int layer_cka_run(struct trainer_state *w, int teacher, struct lab_cka *out, struct err *e);

/*
 * The ascending assignment of a row to each column of value[rows, columns] with the largest sum;
 * NAN: that pair cannot be. `row` [columns] gets the rows; of equal sums the one whose last rows
 * are smallest. False where there is none.
 */
bool layer_cka_assign(const double *value, int rows, int columns, int *row);

/* Chooses the pairs of `map auto`: those with the largest sum of CKA. See trainer_state.h. */
trainer_state_choose_pairs layer_cka_choose;

#endif
