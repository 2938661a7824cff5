/* The texts that rows of tokens were made of. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXTS_H
#define RETORT_DATA_TEXTS_H

#include "retort/data/dataset.h"

/* Copy them into ds->texts: row i is text[i * stride]. 0, or -1 when there is no memory. */
int texts_keep(struct dataset *ds, const char *const *text, size_t stride, struct err *e);

/*
 * Put those of `more` behind those of `ds`, before its rows are counted there: ds->n is still what
 * it was. Rows of a set that has none have "". 0, or -1 when there is no memory, and nothing has
 * changed.
 */
int texts_join(struct dataset *ds, const struct dataset *more, struct err *e);

/* That of a row, "" where it is not known. Borrowed. */
const char *texts_of(const struct dataset *ds, size_t row);

void texts_release(struct dataset *ds);

#endif
