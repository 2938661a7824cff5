/* Labels become classes: the distinct words, in natural order. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_CLASSES_H
#define RETORT_DATA_CLASSES_H

#include "retort/data/dataset.h"
#include "retort/data/number.h"

/* A cell without surrounding blanks. */
struct classes_cell {
	char s[128];
	bool cut; /* the cell was longer and is truncated: it is not a number */
};

void classes_trim(const char *cell, struct classes_cell *out);
bool classes_is_number(const struct classes_cell *c);

/* Parse the common form of a number fast: blanks, a plain decimal, blanks. False: it may still be a
 * number in another form. */
bool classes_plain_number(const char *cell, double *out);

/*
 * Labels read one at a time. Classes are numbered in the order of their first row until
 * classes_settle sorts them.
 */
struct classes_reader {
	const char *what; /* borrowed: what errors call the labels, "label column 3" */
	bool beside; /* the rows stand beside a data set: fewer than two classes are accepted */
	enum dataset_task task; /* ASK: many different numbers are refused with a question */
	const struct number_form *form; /* borrowed: words of a missing label; NULL: the default */
	size_t row, line;               /* of the label in its file, for errors; line 0: unknown */
	size_t cap_names, cap_rows;
};

/*
 * Set y[row] of `ds` to the class of a label, without surrounding blanks, or to -1 if it is
 * missing. Rows come in order; y and class_name grow. Refused: more than DATASET_CLASSES classes, a
 * label longer than a classes_cell or no UTF-8. Return 0 or -1.
 */
int classes_add(struct dataset *ds, struct classes_reader *r, size_t row, const char *label,
		struct err *e);

/*
 * After the last of ds->n rows: sort the classes, count unlabelled rows. If all are numbers, those
 * that are equal become one class, named by the shortest of them: 1, 1.0 and 1e0. Digits are
 * compared, of which a double holds only 15. A note says so. Refused: fewer than two classes unless
 * `beside`; the task of regression; with the task not given, many different numbers, as a question.
 */
int classes_settle(struct dataset *ds, struct classes_reader *r, struct err *e);

/* Refuse the task of regression. Return -1. */
int classes_refuse_task(const char *what, struct err *e);

/* No labels: set y to -1 for all ds->n rows. */
int classes_none(struct dataset *ds, struct err *e);

/* Set classes, class_name, y and unlabelled of `ds` from label[n], integers; a negative one is a
 * missing label. Refused: as above. */
int classes_set_numbers(struct dataset *ds, const int64_t *label, const char *what, bool beside,
			struct err *e);

#endif
