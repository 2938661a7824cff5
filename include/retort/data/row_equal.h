/* Rows that are equal to one of others, by their hashes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_ROW_EQUAL_H
#define RETORT_DATA_ROW_EQUAL_H

#include "retort/data/dataset.h"

/* Count the rows of[n_of] whose hash is also that of one of the rows in[n_in]. -1 and an error
 * without memory. */
int row_equal_count(const struct dataset *ds, const uint32_t *in, size_t n_in, const uint32_t *of,
		    size_t n_of, size_t *equal, struct err *e);

#endif
