/* The mismatch of two sets of rows: all figures, as networks see them and without any. Plain data. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_MISMATCH_H
#define RETORT_LEARN_MISMATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/base/text.h"
#include "retort/data/gauge.h"

#define MISMATCH_DRIFTS 5 /* columns that are named */

/* Whose eyes the rows are seen with. */
enum mismatch_view { MISMATCH_TEACHER, MISMATCH_STUDENT, MISMATCH_BARE, MISMATCH_VIEWS };
extern const char *const mismatch_view_name[]; /* "as the teacher sees it" ... by enum */

struct mismatch_seen {
	bool known;            /* there is such a network */
	struct gauge gauge;
	double confidence[2], entropy[2]; /* means of the largest probability, and in nats, of each set; of networks */
	double predicted;      /* total variation between mean probabilities; of networks */
};

struct mismatch {
	char name[2][64];
	size_t rows[2], of[2]; /* looked at, of how many */
	uint64_t step;         /* of the student */
	bool weighed;          /* rows count by weights that a remedy gave them */
	double priors;         /* total variation between shares of labels; NaN where a set has none */
	struct mismatch_seen seen[MISMATCH_VIEWS];
	int n_drifts;
	struct mismatch_drift {
		char column[48];
		double psi, ks;
	} drift[MISMATCH_DRIFTS]; /* columns of the rows themselves, largest psi first */
	size_t far[GAUGE_FAR]; /* rows of the second set, from 1, whose nearest of the first is farthest, seen bare */
};

/* Differ more than chance would have it, in any view. */
bool mismatch_differs(const struct mismatch *m);

/* The table that the command prints. */
void mismatch_tell(const struct mismatch *m, struct text *t);

#endif
