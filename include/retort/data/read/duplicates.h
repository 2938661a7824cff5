/* Rows of a data set that are equal to an earlier one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_DUPLICATES_H
#define RETORT_DATA_READ_DUPLICATES_H

#include "retort/data/dataset.h"

/* Count the rows whose features or ids equal those of an earlier row, and of these the rows with
 * another label. The hash table lies in a file if the features do. */
int duplicates_count(const struct dataset *ds, size_t *equal, size_t *differ, struct err *e);

#endif
