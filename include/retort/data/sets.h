/* Several files as one data set: the data itself, what else a student learns from, and what it will
 * meet. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SETS_H
#define RETORT_DATA_SETS_H

#include "retort/data/dataset.h"

/* Whether the rows of `more` are like those of `ds`, and there is room for them: 0, or -1 and why
 * not. */
int sets_check(const struct dataset *ds, const struct dataset *more, struct err *e);

/*
 * Put the rows of `more` behind those of `ds`, as a set of their own. Classes are found by name;
 * rows without a label stay so. Where the next token is told, that of a set's last token is the one
 * that stood behind it in its own file. Refused, with nothing changed: another kind, width, length
 * or vocabulary; a class that `ds` does not have; a set of which the next token is told beside one
 * of which a class is; more than DATASET_SETS sets. The hash of `more`, its role and whether it has
 * labels are joined to that of `ds`.
 */
int sets_append(struct dataset *ds, const struct dataset *more, enum dataset_role role,
		double weight, struct err *e);

/* Whether anybody learns from rows of that kind. */
bool sets_train(enum dataset_role role);

/* Rows of the data itself: those in front. */
size_t sets_main(const struct dataset *ds);

/* Which set a row belongs to; 0 is the data itself. */
int sets_of(const struct dataset *ds, size_t row);

/* With next_token: the id behind the last one of a row. */
int32_t sets_after(const struct dataset *ds, size_t row);

/* By name, or -1 and an error that lists them. */
int sets_find(const struct dataset *ds, const char *name, struct err *e);

#endif
