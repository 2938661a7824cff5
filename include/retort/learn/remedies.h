/* What remedies have made: weights of rows, choices of rows, corrections of the output's bias. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_REMEDIES_H
#define RETORT_LEARN_REMEDIES_H

#include "retort/data/batch.h"
#include "retort/data/sampler.h"
#include "retort/data/split.h"
#include "retort/base/real.h"
#include "retort/learn/lab.h"

/* One of them, by what it is; all arrays are owned, and those of other kinds NULL. */
struct remedies_made {
	enum lab_remedy_kind kind;
	char text[LAB_REMEDY_TEXT];
	float *weight;                    /* weigh [rows of the data set]: 1 of rows it is not about */
	uint8_t *keep;                    /* select [rows of the data set]: 1 of rows that may be visited */
	uint32_t *rows, *shown;           /* training rows that may be, and those of them whose label the student sees */
	size_t n, n_shown;
	struct sampler order, few, plain; /* of rows, of shown, of shown for the student without a teacher; n 0: none */
	double *shift;                    /* prior [classes]: added to the bias; what that was and became, to be put back to the bit */
	real *before, *after;             /* [classes] */
};

/* Made since there is this data: nothing goes while it stays, so that what is undone can be had back. */
struct remedies {
	size_t n, cap;
	struct remedies_made **made;
};

void remedies_release(struct remedies *r);

/* Room for one more, whose number is r->n from then on. Valid until the release. */
struct remedies_made *remedies_add(struct remedies *r, enum lab_remedy_kind kind);

/* By number; NULL for 0. */
struct remedies_made *remedies_get(const struct remedies *r, int number);

/* From m->keep, which rows may be visited and in which orders; the seeds are those of the orders without a remedy. */
void remedies_choose(struct remedies_made *m, const struct dataset *ds, const struct split *s, uint64_t main, uint64_t few, uint64_t plain);

/* Multiply the weights of rows and labels in a batch; m NULL: leaves them. Allocates nothing. */
void remedies_weigh(const struct remedies_made *m, struct batch *b);

/*
 * Take one correction off a bias[classes] and put another on; NULL: none. Where no step lies between, what it was comes back to
 * the bit.
 */
void remedies_shift(const struct remedies_made *off, struct remedies_made *on, real *bias, size_t classes);

#endif
