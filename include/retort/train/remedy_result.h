/* Results of remedies as plain arrays: weights of rows, selected rows, corrections of the output
 * bias. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_REMEDY_RESULT_H
#define RETORT_TRAIN_REMEDY_RESULT_H

#include "retort/data/batch.h"
#include "retort/data/sampler.h"
#include "retort/data/split.h"
#include "retort/base/real.h"

enum remedy_kind {
#define REMEDY(id) REMEDY_KIND_##id,
#include "retort/train/remedies.def"
	REMEDY_KINDS,
};

#define REMEDY_TEXT 120 /* bytes of a description, "train like held-out", with its NUL */

/* One result; arrays are owned, those of other kinds are NULL. */
struct remedy_result_made {
	enum remedy_kind kind;
	char text[REMEDY_TEXT];
	float *weight;          /* weigh [rows of the data set]: 1 for rows of other sets */
	uint8_t *keep;          /* select [rows of the data set]: 1 for selected rows */
	uint32_t *rows, *shown; /* selected training rows; those with a label the student sees */
	size_t n, n_shown;
	struct sampler order, few,
		plain; /* of rows, of shown, of shown for the baseline; n 0: none */
	double *shift; /* prior [classes]: added to the bias of the output layer */
};

/* All results on the current data; kept until the data is freed, for undo and redo. */
struct remedy_result {
	size_t n, cap;
	struct remedy_result_made **made;
};

void remedy_result_release(struct remedy_result *r);

/* Add a result; its number is r->n afterwards. Valid until the release. */
struct remedy_result_made *remedy_result_add(struct remedy_result *r, enum remedy_kind kind);

/* Frees the last one added, which must not be in force. */
void remedy_result_drop(struct remedy_result *r);

/* Result by number; NULL for 0. */
struct remedy_result_made *remedy_result_get(const struct remedy_result *r, int number);

/* Compute the selected rows and their orders from m->keep; seeds as without a remedy. */
void remedy_result_choose(struct remedy_result_made *m, const struct dataset *ds,
			  const struct split *s, uint64_t main, uint64_t few, uint64_t plain);

/* Multiply the weights of rows and labels in a batch; m NULL: no change. Allocates nothing. */
void remedy_result_weigh(const struct remedy_result_made *m, struct batch *b);

/*
 * Replace correction `off` of a bias[classes] by `on`; NULL: none. before and after [classes]
 * belong to the run: the bias as it was when the correction in force was applied, and as that left
 * it. Entries that no step has changed since get their former bits back.
 */
void remedy_result_shift(const struct remedy_result_made *off, const struct remedy_result_made *on,
			 real *bias, size_t classes, real *before, real *after);

#endif
