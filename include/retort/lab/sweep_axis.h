/* An axis of a sweep: what varies, and its values. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SWEEP_AXIS_H
#define RETORT_LAB_SWEEP_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/conf/knob.h"

#define SWEEP_AXIS_VALUES 1000 /* at most */

enum sweep_axis_kind {
	SWEEP_AXIS_KNOB,
	SWEEP_AXIS_STUDENT, /* models */
	SWEEP_AXIS_LABELS,  /* numbers of training rows whose label is visible, as of `data` */
};

struct sweep_axis {
	enum sweep_axis_kind kind;
	const struct knob *knob; /* of a knob; else NULL */
	bool log;                /* of a range: even steps of the logarithm */
	bool is_range;
	double low, high; /* of a range */
	int n;            /* values; 0: a range that points are drawn from */
	char **value;     /* [n] owned texts, as `set`, `student` or `data` reads them */
};

/* Words that are read one after another. */
struct sweep_axis_words {
	int n, at;
	char *const *word;
};

/* Whether there is no further axis: the words end, or "random" follows. */
bool sweep_axis_ends(const struct sweep_axis_words *w);

/* Parse an axis, up to the comma before the next one. *a is zero before; it is to be released also
 * after -1 and an error. */
int sweep_axis_parse(struct sweep_axis *a, struct sweep_axis_words *w, struct err *e);
void sweep_axis_release(struct sweep_axis *a);

/* The name of what varies: a knob, "student" or "labels". */
const char *sweep_axis_name(const struct sweep_axis *a);

/* Whether its values are numbers. */
bool sweep_axis_is_number(const struct sweep_axis *a);

/* Whether points that differ in it are runs from step 0. */
bool sweep_axis_is_fresh(const struct sweep_axis *a);

/* Write the value at a share, 0 to 1, of a range. */
void sweep_axis_draw(const struct sweep_axis *a, double share, char *buf, size_t size);

#endif
