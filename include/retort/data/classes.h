/* Labels become classes: the distinct words in natural order. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_CLASSES_H
#define RETORT_DATA_CLASSES_H

#include "retort/data/dataset.h"

/* A cell without blanks around it, in a buffer that is used again. */
struct classes_cell {
	char s[128];
	bool cut; /* longer than fits: no number */
};

void classes_trim(const char *cell, struct classes_cell *out);
bool classes_is_missing(const struct classes_cell *c); /* empty, "NA", "?" or "-" */
bool classes_is_number(const struct classes_cell *c);

/* Most cells of numbers, fast: blanks, a plain decimal, blanks. False: look again, it may be a
 * number all the same. */
bool classes_plain_number(const char *cell, double *out);

/*
 * Set classes, class_name, y (its storage too) and unlabelled of `ds` from the labels of its n
 * rows, which are label[i * stride]; blanks around them do not count. `what` is what errors call
 * the labels: "label column 3". Refused: more than DATASET_CLASSES, one that is longer than a cell,
 * and unless they stand `beside` a set whose classes they are fewer than two.
 */
int classes_set(struct dataset *ds, const char *const *label, size_t stride, const char *what,
		bool beside, struct err *e);

/*
 * The same label by label, into ds->y, by the caller: the class of a label in the order in which
 * they come first, -1 for a missing one, CLASSES_BAD with an error for one class too many, or one
 * that is too long. `*cap` is 0 at first. classes_settle numbers them as classes_set does.
 */
#define CLASSES_BAD (-2)
int classes_see(struct dataset *ds, size_t *cap, const char *label, const char *what,
		struct err *e);
int classes_settle(struct dataset *ds, const char *what, bool beside, struct err *e);

/* No classes: y is -1 for every row. */
int classes_none(struct dataset *ds, struct err *e);

/* The same from whole numbers; a negative one is no label. */
int classes_set_numbers(struct dataset *ds, const int64_t *label, const char *what, bool beside,
			struct err *e);

#endif
