/* Hashes of rows as their files hold them: before scaling, in any order of columns, without labels.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_ROW_HASH_H
#define RETORT_DATA_ROW_HASH_H

#include "retort/data/dataset.h"

/*
 * Set ds->row_hash, unless it is set. Must be called before scale_apply and columns_match. A hash
 * is never 0. Rows with the same hash are the same but for one pair in 2^64, except where a file is
 * made for it:
 * - table, image: the same number, or the same word, in every column of the same name; columns
 *   without a name are x1, x2 ... Floats and doubles are compared as numbers; missing cells are
 *   equal to each other.
 * - text: the same as folded by data/text/fold.h.
 * - ids: the same ids without padding, of the same vocabulary.
 * -1 and an error without memory.
 */
int row_hash_make(struct dataset *ds, struct err *e);

#endif
