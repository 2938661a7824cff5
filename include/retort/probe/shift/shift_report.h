/* The report of a comparison of two sets of rows. Plain data. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_SHIFT_SHIFT_REPORT_H
#define RETORT_PROBE_SHIFT_SHIFT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/base/text.h"
#include "retort/data/shift/shift.h"

#define SHIFT_REPORT_DRIFTS 5 /* columns that are listed */

/* What of the rows is compared. */
enum shift_report_view {
	SHIFT_REPORT_TEACHER,  /* logits of the teacher */
	SHIFT_REPORT_STUDENT,  /* logits of the student */
	SHIFT_REPORT_FEATURES, /* features, without a network */
	SHIFT_REPORT_VIEWS
};
extern const char *const shift_report_view_name[]; /* "teacher logits" ... by enum */

struct shift_report_result {
	bool known; /* there is such a network */
	struct two_sample gauge;
	double confidence[2], entropy[2]; /* networks: means of the largest probability, and of the
					     entropy in nats, of each set */
	double predicted;                 /* networks: total variation between mean probabilities */
};

struct shift_report {
	char name[2][64];
	size_t rows[2], of[2]; /* compared, of how many */
	uint64_t step;         /* of the student */
	bool weighed;          /* rows have weights from a remedy */
	double priors;         /* total variation between shares of labels; NaN: a set has none */
	struct shift_report_result result[SHIFT_REPORT_VIEWS];
	int n_drifts;
	struct shift_report_drift {
		char column[48];
		double psi, ks;
	} drift[SHIFT_REPORT_DRIFTS]; /* columns of the features, largest PSI first */
	size_t far[TWO_SAMPLE_FAR];   /* outliers: rows of the second set, from 1, farthest from
					 the first by features */
};

/* Whether the difference is significant (p < 0.05) in any view. */
bool shift_report_differs(const struct shift_report *m);

/* Appends the table that `mismatch` prints. */
void shift_report_print(const struct shift_report *m, struct text *t);

#endif
