/* Several files joined to one data set: the data itself, additional training rows, held-out rows,
 * and target rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SETS_H
#define RETORT_DATA_SETS_H

#include "retort/data/dataset.h"

/* Check that rows of `more` can be appended to `ds`. 0, or -1 with the reason. */
int sets_check(const struct dataset *ds, const struct dataset *more, struct err *e);

/*
 * Set to[k] to the class of `ds` that has the name of class k of `more`, or is the same number;
 * k counts to more->classes, at most DATASET_CLASSES. Nothing is set if the label is the next
 * token. An unknown class is an error, which ends in `hint`. 0 or -1.
 */
int sets_classes(const struct dataset *ds, const struct dataset *more, const char *hint, int *to,
		 struct err *e);

/*
 * Append the rows of `more` to `ds` as a set of their own, with their hashes if both have them.
 * Classes are matched by name; rows without a label stay so. If the next token is the label, that
 * of the set's last token is the one after it in its own file. The hash of `more`, its role and
 * whether it has labels are joined to the hash of `ds`. Refused, with nothing changed: another
 * kind, width, length or vocabulary; a class that `ds` lacks; next tokens as labels in one set and
 * classes in the other; more than DATASET_SETS sets.
 */
int sets_append(struct dataset *ds, const struct dataset *more, enum dataset_role role,
		double weight, struct err *e);

/*
 * Take back the last sets_append: `before` is a copy of the struct from before it, of which counts,
 * sets and hash are read. The arrays keep their size.
 */
void sets_truncate(struct dataset *ds, const struct dataset *before);

/* Whether students train on rows of this role. */
bool sets_role_trains(enum dataset_role role);

/* Number of rows of the data itself, which come first. */
size_t sets_main_rows(const struct dataset *ds);

/* Index of the set that a row belongs to; 0: the data itself. */
int sets_of_row(const struct dataset *ds, size_t row);

/* With next_token: the id after the last one of a row. */
int32_t sets_next_id(const struct dataset *ds, size_t row);

/* Index of a set by its name, or -1 with an error that lists the names. */
int sets_find(const struct dataset *ds, const char *name, struct err *e);

#endif
