/* Copies of rows in batches, for threads that compute beside the training. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_ROW_COPY_H
#define RETORT_PROBE_ROW_COPY_H

#include "retort/data/batch.h"

struct row_copy {
	size_t rows, n;
	struct batch *batch; /* [n] owned: the rows in order, `chunk` in each, the last may have
				fewer */
};

/* Copies rows of ds in batches of `chunk`, in place of what is there. -1 and an error, with nothing
 * left there. */
int row_copy_take(struct row_copy *c, const struct dataset *ds, const uint32_t *rows, size_t n,
		  size_t chunk, struct err *e);
void row_copy_release(struct row_copy *c);

#endif
