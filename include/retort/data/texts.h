/* The texts that rows of tokens were made from. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXTS_H
#define RETORT_DATA_TEXTS_H

#include "retort/data/dataset.h"

/* Room of the texts of a set while they are added. Zero at first. */
struct texts_writer {
	size_t used, cap_bytes, cap_rows;
};

/* Copy the text of a row into ds->texts. Rows come in order, from 0. 0, or -1 without memory. */
int texts_add(struct dataset *ds, struct texts_writer *w, size_t row, const char *text,
	      struct err *e);

/*
 * The texts of `ds` and after them those of `more`, in new memory; none where neither has any. If
 * only one of the sets has texts, those of the other are "". 0, or -1 without memory.
 */
int texts_join(const struct dataset *ds, const struct dataset *more, struct dataset_texts *out,
	       struct err *e);

/* Text of a row; "" if unknown. Borrowed. */
const char *texts_row(const struct dataset *ds, size_t row);

void texts_release(struct dataset_texts *t);

#endif
