/* The mismatch of two sets of rows: all figures, as networks see them and without any. Plain data.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_SHIFT_SHIFT_REPORT_H
#define RETORT_PROBE_SHIFT_SHIFT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/base/text.h"
#include "retort/data/shift/shift.h"

#define SHIFT_REPORT_DRIFTS 5 /* columns that are named */

/* Whose eyes the rows are seen with. */
enum shift_report_view {
	SHIFT_REPORT_TEACHER,
	SHIFT_REPORT_STUDENT,
	SHIFT_REPORT_BARE,
	SHIFT_REPORT_VIEWS
};
extern const char *const shift_report_view_name[]; /* "as the teacher sees it" ... by enum */

struct shift_report_seen {
	bool known; /* there is such a network */
	struct two_sample gauge;
	double confidence[2], entropy[2]; /* means of the largest probability, and in nats, of each
					     set; of networks */
	double predicted; /* total variation between mean probabilities; of networks */
};

struct shift_report {
	char name[2][64];
	size_t rows[2], of[2]; /* looked at, of how many */
	uint64_t step;         /* of the student */
	bool weighed;          /* rows count by weights that a remedy gave them */
	double priors; /* total variation between shares of labels; NaN where a set has none */
	struct shift_report_seen seen[SHIFT_REPORT_VIEWS];
	int n_drifts;
	struct shift_report_drift {
		char column[48];
		double psi, ks;
	} drift[SHIFT_REPORT_DRIFTS]; /* columns of the rows themselves, largest psi first */
	size_t far[TWO_SAMPLE_FAR]; /* rows of the second set, from 1, whose nearest of the first is
				       farthest, seen bare */
};

/* Differ more than chance would have it, in any view. */
bool shift_report_differs(const struct shift_report *m);

/* The table that the command prints. */
void shift_report_tell(const struct shift_report *m, struct text *t);

#endif
