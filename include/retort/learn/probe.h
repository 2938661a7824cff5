/* The probe: how alike every layer of a teacher is to every layer of the student, on a few rows that stay the same. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_PROBE_H
#define RETORT_LEARN_PROBE_H

#include <stdatomic.h>

#include "retort/learn/work.h"

#define PROBE_ROWS 256 /* at most: the first of the rows that are held out */
#define PROBE_CHUNK 32 /* rows that go through a network together */
#define PROBE_CHUNKS (PROBE_ROWS / PROBE_CHUNK)

/* What layers are compared on: a copy, so that the data may go while it is in use. */
struct probe_rows {
	size_t rows;
	struct batch chunk[PROBE_CHUNKS]; /* the last ones may be empty */
};

int probe_take_rows(struct probe_rows *p, const struct dataset *ds, const struct split *split, struct err *e);
void probe_release_rows(struct probe_rows *p);

/* Products of centred rows of every layer, see cka.h; NULL where there was no time. */
struct probe_grams {
	int n;
	double *layer[MODEL_LAYERS]; /* owned */
};

void probe_release_grams(struct probe_grams *g);

/*
 * Of the network of `spec` and `io` with the numbers `value`, through a network of its own that runs forward only. Of tokens it
 * is the mean over those seen that is looked at, of feature maps the mean over their places: lengths and sizes of maps may
 * differ, and the cost is that of the channels. `pool` may be NULL. `*stop`, where not NULL, ends it early with -1.
 */
struct probe_like {
	const char *name;
	const struct model_spec *spec;
	const struct model_io *io;
};
int probe_look(const struct probe_like *like, real *value, const struct probe_rows *p, struct pool *pool,
	       const atomic_bool *stop, struct probe_grams *out, struct err *e);

/* CKA of every pair of layers. */
void probe_compare(const struct probe_grams *teacher, const struct probe_grams *student, size_t rows, struct lab_cka *out);

/* All of it at once, on the trainer's thread, with its pool: the same on any number of threads. -1 and an error. */
int probe_run(struct work *w, int teacher, struct lab_cka *out, struct err *e);

/*
 * The ascending assignment of a row to each column of value[rows, columns] with the largest sum; NAN: that pair cannot be. `row`
 * [columns] gets the rows; of equal sums the one whose last rows are smallest. False where there is none.
 */
bool probe_assign(const double *value, int rows, int columns, int *row);

#endif
